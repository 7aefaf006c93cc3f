/**
 * Members of a local bus that are broken, or stop to answer, harm no other, and end no process.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Bus, Interruption } from "../../src/cluster/bus.ts";
import {
  kinds,
  numberedFrame,
  readNumbered,
  textFrame,
} from "../../src/cluster/local_bus/bus_frames.ts";
import type { Link } from "../../src/cluster/local_bus/member_link.ts";
import { localBus } from "../../src/cluster/local_bus/local_bus.ts";
import { until } from "../support/until.ts";
import { FalseMember } from "./false_member.ts";

/** A folder, and members in this process. */
class Members {
  readonly folder = Deno.makeTempDirSync({ prefix: "bus-" });
  readonly log: string[] = [];
  readonly buses: Bus[] = [];
  readonly false: FalseMember[] = [];

  open(peerTimeout = 400): Bus {
    const log = (message: string) => this.log.push(message);
    const bus = localBus({ name: "test", folder: this.folder, peerTimeout, log });
    this.buses.push(bus);
    return bus;
  }

  /** A false member; the secret is there once a bus is. */
  openFalse(): FalseMember {
    const member = new FalseMember(this.folder);
    this.false.push(member);
    return member;
  }

  ids(): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".sock")).map((name) => name.slice(0, -5));
  }

  /** Writes the file that names the registry. */
  name(number: number, id: string): void {
    Deno.writeTextFileSync(`${this.folder}/draft`, id);
    Deno.renameSync(`${this.folder}/draft`, `${this.folder}/registry-${number}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.false) member.close();
    for (const bus of this.buses) await bus.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const question = (value: unknown) =>
  numberedFrame(kinds.request, 1, typeof value === "string" ? value : JSON.stringify(value));
const answer = (value: string) => numberedFrame(kinds.answer, 1, value);

const bad: Record<string, Buffer> = {
  "a question that is not JSON": question("{"),
  "a question of null": question("null"),
  "an unknown question": question({ do: "keep", key: "k", value: "v", ttl: 1 }),
  "a claim of a number": question({ do: "claim", key: 1, value: "v", ttl: 1 }),
  "a claim for ever": question({ do: "claim", key: "k", value: "v", ttl: null }),
  "a renewal without claims": question({ do: "renew", ttl: 1 }),
  "a question without a number": textFrame(kinds.request, "{}"),
  "an answer that is not JSON": answer("{"),
  "an answer of null": answer("null"),
  "an answer with a wrong holder": answer('{"holder":1}'),
  "a message without a channel": textFrame(kinds.message),
  "a subscription without a number": textFrame(kinds.subscribe, "a"),
  "a confirmation without a number": textFrame(kinds.confirm),
  "a frame that is too large": Buffer.from("ffffffff0a", "hex"),
};

Deno.test("a member that sends what it must not loses its link, and the log says so once", async () => {
  await using members = new Members();
  const [a, b] = [members.open(), members.open()];
  const got: string[] = [];
  await b.subscribe("channel", (payload) => got.push(payload));
  const broken = members.openFalse();
  for (const [name, frame] of Object.entries(bad)) {
    for (const id of members.ids()) {
      const { ended } = broken;
      const link = broken.call(id);
      await until(() => broken.links.has(link));
      link.send(frame);
      await until(() => broken.ended === ended + 1);
    }
    assertEquals([await a.publish("channel", name), await a.find(name)], [1, undefined], name);
    await until(() => got.at(-1) === name);
  }
  for (const message of members.log) {
    assert(message.startsWith("A member of the bus has sent what it must not: "), message);
  }
  assert(members.log.length > 2 && members.log.length <= 2 * Object.keys(bad).length);
  assertEquals(members.log.length, 2 * new Set(members.log).size);
});

Deno.test("unknown frames and unknown confirmations are ignored", async () => {
  await using members = new Members();
  const a = members.open();
  await a.subscribe("channel", () => {});
  const newer = members.openFalse();
  const link = newer.call(members.ids()[0]!);
  await until(() => newer.links.has(link));
  for (const kind of [0, 6, 99, 255]) link.send(textFrame(kind, "?"));
  link.send(numberedFrame(kinds.confirm, 77));
  link.send(numberedFrame(kinds.answer, 77, "{}"));
  let isConfirmed = false;
  newer.onFrame = (_, kind) => isConfirmed ||= kind === kinds.confirm;
  link.send(numberedFrame(kinds.subscribe, 7, "channel"));
  await until(() => isConfirmed);
  assertEquals([newer.ended, members.log], [0, []]);
});

const registries: Record<string, (link: Link, number: number) => void> = {
  "never answers": () => {},
  "says for ever that it is not the registry": (link, number) =>
    link.send(numberedFrame(kinds.answer, number, '{"moved":true}')),
  "answers what cannot be read": (link, number) =>
    link.send(numberedFrame(kinds.answer, number, "oh")),
  "ends the link instead of an answer": (link) => link.destroy(),
  "answers a question that was not asked": (link, number) =>
    link.send(numberedFrame(kinds.answer, number + 1000, "{}")),
};

for (const [name, respond] of Object.entries(registries)) {
  Deno.test(`every call ends while the registry ${name}`, async () => {
    await using members = new Members();
    const a = members.open();
    await a.subscribe("before", () => {});
    const registry = members.openFalse();
    registry.onFrame = (link, kind, body) => {
      if (kind === kinds.request) respond(link, readNumbered(body).number);
    };
    await registry.listen();
    members.name(1, registry.id);
    await until(() => registry.links.size > 0);
    await Promise.all([
      assertRejects(() => a.claim("k", "a", 1000), Error),
      assertRejects(() => a.find("k"), Error),
      assertRejects(() => a.renew([["k", "a"]], 1000), Error),
      assertRejects(() => a.release("k", "a"), Error),
      a.publish("channel", "x"),
      // It does not confirm, either.
      a.subscribe("channel", () => {}),
    ]);
    registry.close();
    assertEquals(await claimed(a), "a");
  });
}

/** Claims until it is answered. */
async function claimed(bus: Bus): Promise<string> {
  for (let attempts = 0;; attempts++) {
    try {
      return await bus.claim("k", "a", 60_000);
    } catch (error) {
      if (attempts > 5) throw error;
    }
  }
}

Deno.test("a member that accepts calls, and says nothing, keeps no other from its work", async () => {
  await using members = new Members();
  const first = members.open();
  await first.subscribe("channel", () => {});
  using silent = Deno.listen({
    transport: "unix",
    path: `${members.folder}/${"0".repeat(16)}.sock`,
  });
  members.name(1, "0".repeat(16));
  const second = members.open();
  assertEquals(await second.publish("channel", "x"), 1);
  assertEquals(await claimed(second), "a");
  assert(silent.addr);
});

Deno.test("a registry that was replaced gives up its claims, and all members are told", async () => {
  await using members = new Members();
  const [a, b] = [members.open(), members.open()];
  const told: [string, Interruption][] = [];
  a.watch({ back: (interruption) => told.push(["a", interruption]) });
  b.watch({ back: (interruption) => told.push(["b", interruption]) });
  await a.claim("key", "a", 60_000);
  const [old] = [...Deno.readDirSync(members.folder)].map(({ name }) => name)
    .filter((name) => name.startsWith("registry-"));
  const keeper = Deno.readTextFileSync(`${members.folder}/${old}`);
  members.name(9, members.ids().find((id) => id !== keeper)!);
  await until(() => told.length === 2);
  // The former one does not answer from its claims.
  assertEquals([await a.find("key"), await b.claim("key", "b", 60_000)], [undefined, "b"]);
  const lost = { missedMessages: false, lostClaims: true };
  assertEquals(told.sort(), [["a", lost], ["b", lost]]);
  assertEquals(await a.claim("key", "a", 60_000), "b");
  // Nor does it when it becomes the registry again.
  members.name(10, keeper);
  await until(() => told.length === 4);
  assertEquals(await b.find("key"), undefined);
});

Deno.test("an answer of a registry that was replaced meanwhile does not count", async () => {
  await using members = new Members();
  const a = members.open();
  await a.subscribe("channel", () => {});
  const former = members.openFalse();
  const asked = Promise.withResolvers<() => void>();
  former.onFrame = (link, kind, body) => {
    if (kind !== kinds.request) return;
    const { number } = readNumbered(body);
    asked.resolve(() => link.send(numberedFrame(kinds.answer, number, '{"holder":"a"}')));
  };
  await former.listen();
  members.name(1, former.id);
  await until(() => former.links.size > 0);
  let isTold = false;
  a.watch({ back: ({ lostClaims }) => isTold ||= lostClaims });
  const claim = a.claim("key", "a", 60_000);
  const respond = await asked.promise;
  const b = members.open();
  members.name(2, members.ids().find((id) => id !== former.id)!);
  await until(() => isTold);
  respond();
  // The new one has answered.
  assertEquals(await claim, "a");
  assertEquals(await b.claim("key", "b", 60_000), "a");
});

Deno.test("a listener, a watcher and a log that throw harm nobody", async () => {
  await using members = new Members();
  const log: string[] = [];
  const fail = (message: string) => {
    log.push(message);
    throw new Error("log");
  };
  const a = localBus({ name: "test", folder: members.folder, peerTimeout: 400, log: fail });
  members.buses.push(a);
  const b = members.open();
  const got: string[] = [];
  const failWith = (thrown: unknown) => () => {
    throw thrown;
  };
  a.watch({ back: failWith(new Error("watcher")) });
  for (const thrown of [new Error("listener"), Symbol("listener"), Object.create(null)]) {
    await a.subscribe("channel", failWith(thrown));
  }
  await a.subscribe("channel", (payload) => got.push(payload));
  assertEquals([await a.publish("channel", "own"), await b.publish("channel", "other")], [1, 1]);
  await until(() => got.length === 2);
  await a.claim("key", "a", 1000);
  members.name(9, "0".repeat(16));
  await until(() => log.length > 3);
  assertEquals(await claimed(a), "a");
  assertEquals(log, [
    "A listener of the bus failed: Error: listener",
    "A listener of the bus failed: Symbol(listener)",
    "A listener of the bus failed: a value that cannot be converted to a string",
    "A watcher of the bus failed: Error: watcher",
  ]);
  assertEquals(await b.publish("channel", "again"), 1);
});

Deno.test("a listener, a watcher and a log that reject harm nobody", async () => {
  await using members = new Members();
  const log: string[] = [];
  const reject = (message: string) => {
    log.push(message);
    return Promise.reject(new Error("log"));
  };
  const a = localBus({ name: "test", folder: members.folder, peerTimeout: 400, log: reject });
  members.buses.push(a);
  const b = members.open();
  a.watch({ back: () => Promise.reject(new Error("watcher")) });
  await a.subscribe("channel", () => Promise.reject(new Error("listener")));
  assertEquals([await a.publish("channel", "own"), await b.publish("channel", "other")], [1, 1]);
  await a.claim("key", "a", 1000);
  members.name(9, "0".repeat(16));
  await until(() => log.length > 1);
  assertEquals(log.sort(), [
    "A listener of the bus failed: Error: listener",
    "A watcher of the bus failed: Error: watcher",
  ]);
});

Deno.test("a listener that renews itself gets each message once, and one that was removed gets none", async () => {
  await using members = new Members();
  const [a, b] = [members.open(), members.open()];
  const got: string[] = [];
  const removed = () => got.push("removed");
  const renewed = (payload: string) => {
    // Without an end, it would go on for ever.
    if (got.push(payload) > 10) return;
    a.unsubscribe("channel", removed);
    a.unsubscribe("channel", renewed);
    a.subscribe("channel", renewed);
  };
  for (const listener of [renewed, removed, () => {}]) await a.subscribe("channel", listener);
  assertEquals([await a.publish("channel", "own"), await b.publish("channel", "other")], [1, 1]);
  await until(() => got.includes("other"));
  assertEquals(got, ["own", "other"]);
});

Deno.test("claims that cannot be sent are refused, and do no harm", async () => {
  await using members = new Members();
  // A long key takes a while.
  const [a, b] = [members.open(60_000), members.open(60_000)];
  await a.subscribe("channel", () => {});
  for (const ttl of [0, -1, NaN, Infinity, undefined as unknown as number]) {
    await assertRejects(() => a.claim("key", "a", ttl), TypeError);
    await assertRejects(() => b.renew([["key", "a"]], ttl), TypeError);
  }
  await assertRejects(() => a.find(1 as unknown as string), TypeError);
  let interruptions = 0;
  for (const bus of [a, b]) bus.watch({ back: () => interruptions++ });
  const long = "x".repeat(17 * 1024 * 1024);
  const settled = await Promise.allSettled([a.find(long), b.find(long)]);
  assertEquals(settled.filter(({ status }) => status === "rejected").length, 1);
  assertEquals([await a.claim("key", "a", 1000), await b.publish("channel", "x")], ["a", 1]);
  assertEquals(interruptions, 0);
});

Deno.test("another name of a member's socket does not disturb its links", async () => {
  await using members = new Members();
  const [a, b] = [members.open(), members.open()];
  await b.subscribe("channel", () => {});
  assertEquals(await a.publish("channel", "x"), 1);
  let interruptions = 0;
  for (const bus of [a, b]) bus.watch({ back: () => interruptions++ });
  const copy = `${members.folder}/${"f".repeat(16)}.sock`;
  Deno.linkSync(`${members.folder}/${members.ids()[0]}.sock`, copy);
  // Both look into the folder several times meanwhile.
  const c = members.open();
  assertEquals([await c.publish("channel", "x"), await claimed(c)], [1, "a"]);
  assertEquals(interruptions, 0);
});
