/**
 * Members of a local bus that link late tell a gap, those that start together tell none, and joining
 * lasts until the handshakes are over.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Bus } from "../../src/cluster/bus.ts";
import { kinds, numberedFrame } from "../../src/cluster/local_bus/bus_frames.ts";
import { localBus } from "../../src/cluster/local_bus/local_bus.ts";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";
import { FalseMember } from "./false_member.ts";

/** A folder with a false member, and members in this process. */
class Members {
  readonly folder = Deno.makeTempDirSync({ prefix: "bus-" });
  readonly buses: Bus[] = [];
  readonly false: FalseMember;
  /** How many gaps were told to members. */
  gaps = 0;

  constructor(id?: string) {
    Deno.writeTextFileSync(`${this.folder}/secret`, "5ec4e7".padEnd(64, "0"));
    this.false = new FalseMember(this.folder, id);
  }

  open(): Bus {
    const bus = localBus({ name: "test", folder: this.folder, peerTimeout: 30_000, log: () => {} });
    bus.watch({ back: ({ missedMessages }) => this.gaps += Number(missedMessages) });
    this.buses.push(bus);
    return bus;
  }

  /** The id of the only true member. */
  get id(): string {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".sock")).map((name) => name.slice(0, -5))
      .find((id) => id !== this.false.id)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.false.close();
    for (const bus of this.buses) await bus.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The frames that a false member gets until its subscription is confirmed. */
async function framesOf(member: FalseMember): Promise<[kind: number, text: string][]> {
  const frames: [number, string][] = [];
  member.onFrame = (_, kind, body) => frames.push([kind, body.toString()]);
  await until(() => member.links.size === 1);
  for (const link of member.links) link.send(numberedFrame(kinds.subscribe, 1, "last"));
  await until(() => frames.some(([kind]) => kind === kinds.confirm));
  return frames.filter(([kind]) => kind === kinds.ready || kind === kinds.dropped);
}

Deno.test("a member that links late with one that had joined says that messages are missing", async () => {
  await using members = new Members();
  await members.open().subscribe("channel", () => {});
  members.false.ready = "joined";
  members.false.call(members.id);
  assertEquals(await framesOf(members.false), [[kinds.ready, "joined"], [kinds.dropped, ""]]);
});

Deno.test("a member that links with a new one says nothing of missing messages", async () => {
  await using members = new Members();
  await members.open().subscribe("channel", () => {});
  members.false.call(members.id);
  assertEquals(await framesOf(members.false), [[kinds.ready, "joined"]]);
});

Deno.test("a new member says nothing of missing messages to one that had joined", async () => {
  await using members = new Members();
  members.false.ready = "joined";
  await members.false.listen();
  const frames = framesOf(members.false);
  await members.open().subscribe("channel", () => {});
  assertEquals(await frames, [[kinds.ready, ""]]);
});

Deno.test("a member that was frozen while another one joined, and that one, both tell a gap", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "bus-" });
  const processes: BusProcess[] = [];
  let gaps: string[] = [];
  const start = async (name: string) => {
    const bus = await BusProcess.start("deno", { name: "test", folder, peerTimeout: 30_000 });
    bus.watch({ back: ({ missedMessages }) => missedMessages && gaps.push(name) });
    processes.push(bus);
    return bus;
  };
  const got: string[] = [];
  const a = await start("a");
  await a.subscribe("channel", (payload) => got.push(payload));
  a.signal("SIGSTOP");
  const b = await start("b");
  assertEquals(await b.publish("channel", "lost"), 0);
  a.signal("SIGCONT");
  await until(() => gaps.length === 2);
  assertEquals([await b.publish("channel", "there"), gaps.sort()], [1, ["a", "b"]]);
  await until(() => got.length === 1);
  gaps = [];
  // One that starts now has missed nothing.
  const c = await start("c");
  await c.subscribe("channel", () => {});
  await Promise.all([a, b].map((bus) => bus.publish("channel", "again")));
  for (const bus of processes) await bus.close();
  assertEquals([got[0], gaps], ["there", []]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("members that start together tell no gap, and get all from the moment when they are subscribed", async () => {
  for (let round = 0; round < 20; round++) {
    await using members = new Members();
    const buses = Array.from({ length: 5 }, () => members.open());
    const got: string[] = [];
    const publish = (payload: string) =>
      Promise.all(buses.map((bus) => bus.publish("channel", payload)));
    const first = publish("first");
    await Promise.all(buses.map((bus) => bus.subscribe("channel", (payload) => got.push(payload))));
    await first;
    assertEquals(await publish("later"), [5, 5, 5, 5, 5]);
    await until(() => got.filter((payload) => payload === "later").length === 25);
    assertEquals(members.gaps, 0);
  }
});

Deno.test("joining waits for a member that refuses the call because it calls itself", async () => {
  await using members = new Members();
  members.false.channels = ["channel"];
  members.false.accepts = (id) => {
    members.false.call(id);
    return false;
  };
  await members.false.listen();
  assertEquals(await members.open().publish("channel", "first"), 1);
});

Deno.test("joining waits for a member that calls, and so ends the call that it got", async () => {
  await using members = new Members("0".repeat(16));
  members.false.channels = ["channel"];
  members.false.onSocket = (socket) => {
    socket.on("error", () => {}).resume();
    members.false.call(members.id);
  };
  await members.false.listen();
  assertEquals(await members.open().publish("channel", "first"), 1);
});
