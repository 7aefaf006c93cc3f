import { assert, assertEquals } from "@std/assert";
import { createServer } from "../../../mod.ts";
import { holderOf, readHolder, sessionHash } from "../../../src/carrying/claim_value.ts";
import { toCarrier, toOwner } from "../../../src/carrying/exchange_messages.ts";
import { differentOptions } from "../../../src/carrying/options_digest.ts";
import { decodePacket } from "../../../src/carrying/packets.ts";
import { Peer } from "../../../src/carrying/peer.ts";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { type MemoryBus, MemoryEngine } from "../../support/memory_bus.ts";
import { PollingClient } from "../../support/polling_client.ts";
import { until } from "../../support/until.ts";

/** Two servers of a cluster, a client at each, and what their applications get. */
class Cluster {
  readonly engine = new MemoryEngine();
  readonly received: string[] = [];
  readonly servers: ReturnType<typeof createServer>[];
  readonly log: string[] = [];

  /** @param second Options of the second server alone. */
  constructor(
    options: Partial<ServerOptions> & { maxCarried?: number; answerTimeout?: number } = {},
    second: Partial<ServerOptions> = {},
  ) {
    const { maxCarried = 100, answerTimeout = 300, ...others } = options;
    this.servers = ["a", "b"].map((name) => {
      const server = createServer({
        prefix: "/echo",
        log: (severity, line) => {
          if (severity !== "info" && severity !== "debug") this.log.push(line);
        },
        cluster: {
          bus: this.engine.open(),
          name: "test",
          sessions: true,
          answerTimeout,
          maxCarried,
        },
        ...others,
        ...(name === "b" ? second : {}),
      });
      server.on("connection", (connection) => {
        connection.on("data", (message) => {
          this.received.push(`${name} ${message}`);
          connection.write(message);
        });
      });
      return server;
    });
  }

  client(at: number, session = "x"): PollingClient {
    return new PollingClient(this.servers[at]!, session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close({ timeout: 0 })));
  }
}

Deno.test("a carried stream keeps no more headers of its request than the owner has", async () => {
  const kept: string[][] = [];
  const headers = { "origin": "http://page", "x-long": "x" };
  const runtime = Object.assign(new FakeRuntime(), {
    forgetHead: (all: Readonly<Record<string, string>>) => kept.push(Object.keys(all)),
  });
  await using cluster = onRuntime(runtime, () => new Cluster());
  const [home, away] = [cluster.client(0), cluster.client(1)];
  assertEquals(await home.poll(), "o");
  assertEquals(await away.send("hello"), 204);
  assertEquals(await (await away.receive(headers)).text(), 'a["hello"]\n');
  assertEquals(kept, []);
  const url = "http://host/echo/server/x/xhr_streaming";
  const request = new Request(url, { method: "POST", headers });
  const stream = await cluster.servers[1]!.handle(request);
  assertEquals(kept, [["origin"]]);
  await stream.body?.cancel();
});

Deno.test("any server answers the requests of a session, and one has it", async () => {
  await using cluster = new Cluster();
  const [home, away] = [cluster.client(0), cluster.client(1)];
  assertEquals(await home.poll(), "o");
  assertEquals(await away.send("hello"), 204);
  assertEquals(await away.poll(), 'a["hello"]');
  const poll = away.poll();
  assertEquals(await home.send("again"), 204);
  assertEquals(await poll, 'a["again"]');
  assertEquals(cluster.received, ["a hello", "a again"]);
  assertEquals(cluster.servers.map((server) => server.connections.size), [1, 0]);
});

Deno.test("a new id at both servers at once is one session", async () => {
  // Polls that have waited for the first one end with a heartbeat.
  await using cluster = new Cluster({ heartbeatDelay: 200 });
  const frames = await Promise.all([0, 0, 1, 1].map((at) => cluster.client(at).receive()))
    .then((responses) => Promise.all(responses.map((response) => response.text())));
  assertEquals(frames.filter((frame) => frame === "o\n").length, 1, frames.join(" "));
  const sizes = cluster.servers.map((server) => server.connections.size);
  assertEquals(sizes[0]! + sizes[1]!, 1);
});

Deno.test("a send to a session that nobody has is a 404", async () => {
  await using cluster = new Cluster();
  assertEquals(await cluster.client(0).send("x"), 404);
});

Deno.test("without a bus new sessions and unknown ones get a 503, and those at home go on", async () => {
  await using cluster = new Cluster();
  assertEquals(await cluster.client(0).poll(), "o");
  cluster.engine.error = new Error("no bus");
  assertEquals((await cluster.client(0, "y").receive()).status, 503);
  assertEquals(await cluster.client(1).send("x"), 503);
  assertEquals(await cluster.client(0).send("x"), 204);
  assertEquals(await cluster.client(0).poll(), 'a["x"]');
  cluster.engine.error = undefined;
  assertEquals(await cluster.client(1, "y").poll(), "o");
});

Deno.test("other options of another server are told once", async () => {
  for (const second of [{}, { maxMessageSize: 5000 }]) {
    await using cluster = new Cluster({}, second);
    for (const id of ["x", "y"]) {
      assertEquals(await cluster.client(0, id).poll(), "o");
      for (let i = 0; i < 2; i++) assertEquals(await cluster.client(1, id).send("hello"), 204);
    }
    const isSame = second.maxMessageSize === undefined;
    assertEquals(cluster.log, isSame ? [] : [differentOptions]);
  }
});

for (const [value, line] of [["garbage", "not understood"], ["[2,2]", "another version"]]) {
  Deno.test(`a claim that is "${value}" is a 503, told once`, async () => {
    await using cluster = new Cluster();
    const key = `sj:test:s:${sessionHash("/echo", "x")}`;
    cluster.engine.claims.claim(key, value!, 60_000);
    for (let i = 0; i < 2; i++) {
      assertEquals(await cluster.client(1).send("x"), 503);
      assertEquals((await cluster.client(1).receive()).status, 503);
    }
    assertEquals(await cluster.client(1, "y").poll(), "o");
    assertEquals(cluster.log.length, 1, cluster.log.join("\n"));
    assert(cluster.log[0]!.includes(line!));
    cluster.engine.claims.release(key, value!);
    assertEquals(await cluster.client(1).poll(), "o");
  });
}

Deno.test("an owner that does not answer is a 503", async () => {
  await using cluster = new Cluster();
  const key = `sj:test:s:${sessionHash("/echo", "x")}`;
  cluster.engine.claims.claim(key, holderOf("c".repeat(32), 1, false).value, 60_000);
  assertEquals(await cluster.client(1).send("x"), 503);
  assertEquals((await cluster.client(1).receive()).status, 503);
});

Deno.test("an owner that is remembered and does not answer gives way to a later one", async () => {
  await using cluster = new Cluster();
  const gone = holderOf("c".repeat(32), 1, false).value;
  for (const id of ["sends", "polls"]) {
    const [home, away] = [cluster.client(0, id), cluster.client(1, id)];
    const key = `sj:test:s:${sessionHash("/echo", id)}`;
    cluster.engine.claims.claim(key, gone, 60_000);
    assertEquals(await away.send("x"), 503);
    cluster.engine.claims.release(key, gone);
    assertEquals(await home.poll(), "o");
    if (id === "sends") assertEquals(await away.send("x"), 204);
    else assertEquals(await home.send("x"), 204);
    assertEquals(await (id === "sends" ? home : away).poll(), 'a["x"]');
  }
});

/** What happens before a server's next question who has a session is answered. */
function beforeAnswer(cluster: Cluster, happens: () => Promise<unknown>): void {
  const bus = cluster.engine.buses[1]!;
  const { find } = bus;
  bus.find = async (key) => {
    bus.find = find;
    await happens();
    return await find.call(bus, key);
  };
}

Deno.test("a send for which the bus takes long reaches no session that was opened meanwhile", async () => {
  await using cluster = new Cluster();
  const passes = () => new Promise((resolve) => setTimeout(resolve, 1500));
  const [home, away] = [cluster.client(0), cluster.client(1)];
  beforeAnswer(cluster, async () => {
    await passes();
    await home.poll();
  });
  const late = away.send("late");
  const own = cluster.client(1, "own");
  const bus = cluster.engine.buses[1]!;
  const { claim } = bus;
  const claiming = new Promise<void>((resolve) =>
    bus.claim = async (...args) => {
      resolve();
      await passes();
      return await claim.apply(bus, args);
    }
  );
  const opens = own.poll();
  await claiming;
  assertEquals(await Promise.all([own.send("late"), late]), [404, 503]);
  assertEquals([await opens, cluster.received], ["o", []]);
  assertEquals(await away.send("soon"), 204);
});

Deno.test("a send that has found its session ended reaches no later one", async () => {
  await using cluster = new Cluster();
  const [home, away] = [cluster.client(0), cluster.client(1)];
  const key = `sj:test:s:${sessionHash("/echo", "x")}`;
  assertEquals(await home.poll(), "o");
  const { claims } = cluster.engine;
  const { server, value } = readHolder(claims.find(key)!)!;
  beforeAnswer(cluster, () => {
    claims.release(key, value);
    claims.claim(key, holderOf(server, 0, false).value, 60_000);
    beforeAnswer(cluster, () => Promise.resolve(claims.claim(key, value, 60_000)));
    return Promise.resolve();
  });
  assertEquals(await away.send("x"), 404);
  assertEquals(await away.send("y"), 204);
  assertEquals(cluster.received, ["a y"]);
});

Deno.test("a send to a holder that is remembered reaches a later session only if that was there before", async () => {
  await using cluster = new Cluster({ disconnectDelay: 100 });
  const [home, away] = [cluster.client(0), cluster.client(1)];
  const key = `sj:test:s:${sessionHash("/echo", "x")}`;
  const ends = async () => {
    for (const connection of cluster.servers[0]!.connections) connection.end();
    assertEquals(await home.poll(), 'c[1000,"Normal closure"]');
    await until(() => cluster.engine.claims.find(key) === undefined);
  };
  assertEquals(await home.poll(), "o");
  assertEquals(await away.send("x"), 204);
  assertEquals(await home.poll(), 'a["x"]');
  await ends();
  beforeAnswer(cluster, async () => {
    // Longer than the owner takes to answer since when it has the session.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await home.poll();
  });
  assertEquals(await away.send("late"), 404);
  assertEquals(await away.send("y"), 204);
  assertEquals(await home.poll(), 'a["y"]');
  await ends();
  assertEquals(await home.poll(), "o");
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(await away.send("z"), 204);
  assertEquals(cluster.received, ["a x", "a y", "a z"]);
});

Deno.test("a send to a holder that is remembered gets a 503 if it cannot be known whether it is late", async () => {
  await using cluster = new Cluster({ disconnectDelay: 100 });
  const [home, away] = [cluster.client(0), cluster.client(1)];
  assertEquals(await home.poll(), "o");
  assertEquals(await away.send("x"), 204);
  assertEquals(await home.poll(), 'a["x"]');
  for (const connection of cluster.servers[0]!.connections) connection.end();
  assertEquals(await home.poll(), 'c[1000,"Normal closure"]');
  const key = `sj:test:s:${sessionHash("/echo", "x")}`;
  await until(() => cluster.engine.claims.find(key) === undefined);
  assertEquals(await home.poll(), "o");
  const bus = cluster.engine.buses[0]!;
  const { publish } = bus;
  // The owner does not say since when it has the session.
  bus.publish = (channel, payload) =>
    channel.endsWith(":o") ? Promise.resolve(1) : publish.call(bus, channel, payload);
  assertEquals(await away.send("y"), 503);
  bus.publish = publish;
  assertEquals(cluster.received, ["a x"]);
});

Deno.test("a session that has become another server's takes no sends any more", async () => {
  await using cluster = new Cluster();
  const home = cluster.client(0);
  assertEquals(await home.poll(), "o");
  const key = `sj:test:s:${sessionHash("/echo", "x")}`;
  const { claims, buses } = cluster.engine;
  claims.release(key, claims.find(key)!);
  // One that has a session of that id, and says so.
  assertEquals(await cluster.client(1).poll(), "o");
  for (const { watchers } of buses) {
    for (const { back } of watchers) back?.({ missedMessages: true, lostClaims: true });
  }
  await until(() => [...cluster.servers[0]!.connections].every(({ readyState }) => readyState > 1));
  assertEquals(await home.send("late"), 404);
  assertEquals(await home.poll(), 'c[1002,"Connection interrupted"]');
  assertEquals(cluster.received, []);
});

Deno.test("a session that its application ends is told so through the carrier", async () => {
  await using cluster = new Cluster();
  assertEquals(await cluster.client(0).poll(), "o");
  assertEquals(await cluster.client(1).send("x"), 204);
  for (const connection of cluster.servers[0]!.connections) connection.end();
  const away = cluster.client(1);
  assertEquals(await away.poll(), 'a["x"]');
  assertEquals(await away.poll(), 'c[1000,"Normal closure"]');
  await until(() => cluster.servers[0]!.connections.size === 0);
});

for (const kind of ["send", "poll"]) {
  Deno.test(`an owner that has stood still does not serve a ${kind} of what another one has now`, async () => {
    await using cluster = new Cluster({ heartbeatDelay: 500 });
    const [home, away] = [cluster.client(0), cluster.client(1)];
    assertEquals(await home.poll(), "o");
    const key = `sj:test:s:${sessionHash("/echo", "x")}`;
    cluster.engine.claims.release(key, cluster.engine.claims.find(key)!);
    assertEquals(await away.poll(), "o");
    const { now } = Date;
    Date.now = () => now() + 10_000;
    try {
      const request = kind === "send" ? home.send("too late") : home.poll();
      // Otherwise the server would find out by itself later.
      await new Promise((resolve) => setTimeout(resolve, 50));
      Date.now = now;
      // What is dropped is not acknowledged.
      assertEquals(await request, kind === "send" ? 404 : 'c[1002,"Connection interrupted"]');
    } finally {
      Date.now = now;
    }
    assertEquals(await away.send("hello"), 204);
    assertEquals(cluster.received, ["b hello"]);
  });
}

Deno.test("more requests than may be carried get a 503", async () => {
  await using cluster = new Cluster({ maxCarried: 1 });
  assertEquals(await cluster.client(0).poll(), "o");
  const poll = cluster.client(1).poll();
  // The owner has it when the send is there.
  await until(async () => await cluster.client(1).send("x") === 503);
  assertEquals(await cluster.client(0).send("done"), 204);
  assertEquals((await poll).includes("done"), true);
});

Deno.test("a carrier that closes ends what it carries, and the session goes on", async () => {
  await using cluster = new Cluster();
  assertEquals(await cluster.client(0).poll(), "o");
  const poll = cluster.client(1).poll();
  // The owner has the poll when it has answered what came later.
  assertEquals((await cluster.client(1).post("[]")).status, 204);
  await cluster.servers[1]!.close();
  assertEquals(await poll, "h");
  assertEquals(await cluster.client(0).send("x"), 204);
  assertEquals(await cluster.client(0).poll(), 'a["x"]');
});

Deno.test("an owner that closes tells the clients of others", async () => {
  await using cluster = new Cluster();
  assertEquals(await cluster.client(0).poll(), "o");
  const poll = cluster.client(1).poll();
  // The owner has the poll when it has answered what came later.
  assertEquals((await cluster.client(1).post("[]")).status, 204);
  await cluster.servers[0]!.close();
  assertEquals((await poll).startsWith("c["), true);
});

Deno.test("requests that join a claim end with it if it fails", async () => {
  await using cluster = new Cluster();
  const bus = cluster.engine.buses[0]!;
  await cluster.client(0, "other").poll();
  const fail: (() => void)[] = [];
  bus.claim = () => new Promise((_, reject) => fail.push(() => reject(new Error("no claims"))));
  const requests = [1, 2, 3].map(() => cluster.client(0).receive());
  await until(() => fail.length === 1);
  fail[0]!();
  assertEquals((await Promise.all(requests)).map(({ status }) => status), [503, 503, 503]);
  assertEquals(fail.length, 1);
});

Deno.test("sends whose bodies arrive late are not more than may be carried", async () => {
  await using cluster = new Cluster({ maxCarried: 1 });
  assertEquals(await cluster.client(0).poll(), "o");
  const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
  const sends = [1, 2].map(() => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void bodies.push(controller),
    });
    return cluster.client(1).post(body);
  });
  // Both bodies are being read when this poll has its answer.
  assertEquals((await cluster.client(1, "y").receive()).status, 200);
  for (const body of bodies) {
    body.enqueue(new TextEncoder().encode('["x"]'));
    body.close();
  }
  const statuses = (await Promise.all(sends)).map(({ status }) => status);
  assertEquals(statuses.sort(), [204, 503]);
});

/** Reads until the end, or until it breaks. */
async function restOf(response: Response): Promise<string> {
  return await response.text().then((text) => text, () => "broken");
}

Deno.test("what a closing server carries for an owner that does not answer is given up", async () => {
  await using cluster = new Cluster();
  const id = "x";
  for (const session of [id, "y", "z"]) await cluster.client(0, session).poll();
  await cluster.client(1, "y").send("ready");
  assertEquals(await cluster.client(1, "y").poll(), 'a["ready"]');
  const carrier = cluster.servers[1]!;
  const url = `http://host/echo/server/${id}/xhr_streaming`;
  const stream = await carrier.handle(new Request(url, { method: "POST" }));
  const poll = await cluster.client(1, "y").receive();
  cluster.engine.buses[0]!.error = new Error("cut off");
  const late = cluster.client(1, "z").receive();
  await carrier.close({ timeout: 20 });
  const all = [restOf(stream), restOf(poll)];
  assertEquals(await Promise.all(all), ["broken", "broken"]);
  assertEquals((await late).status, 503);
  assertEquals((await cluster.client(1, id).receive()).status, 503);
});

Deno.test("what comes to a closing server is answered at once, and its session goes on", async () => {
  await using cluster = new Cluster({ heartbeatDelay: 600_000 });
  for (const session of ["x", "y"]) await cluster.client(0, session).poll();
  const [, carrier] = cluster.servers;
  const [connection] = [...cluster.servers[0]!.connections];
  connection!.pause();
  // The server waits for this one.
  const send = cluster.client(1).send("x".repeat(100_000));
  await until(() => cluster.engine.published.some(([, payload]) => payload.includes('["held"')));
  const closed = carrier!.close({ timeout: 3000 });
  assertEquals(await cluster.client(1, "y").poll(), "h");
  connection!.resume();
  assertEquals(await send, 204);
  await closed;
  assertEquals(await cluster.client(0, "y").send("still here"), 204);
});

Deno.test("a request that is too long for the owner is refused, and ends no other", async () => {
  await using cluster = new Cluster({ maxMessageSize: 1000, maxBufferedBytes: 1000 });
  for (const session of ["x", "y"]) await cluster.client(0, session).poll();
  const poll = await cluster.client(1, "y").receive();
  const long = { "User-Agent": "x".repeat(100_000) };
  assertEquals((await cluster.client(1).receive(long)).status, 503);
  assertEquals(await cluster.client(1, "y").send("hello"), 204);
  assertEquals(await poll.text(), 'a["hello"]\n');
});

Deno.test("a send that was given up before it could leave is not delivered, and not kept", async () => {
  await using cluster = new Cluster();
  assertEquals(await cluster.client(0).poll(), "o");
  cluster.engine.buses[0]!.error = new Error("cut off");
  // The link sends no more than 1 MiB until it hears that something has arrived.
  const sends = ["first", "second", "third"].map((text) =>
    cluster.client(1).send(text.padEnd(600_000))
  );
  assertEquals(await Promise.all(sends), [503, 503, 503]);
  cluster.engine.buses[0]!.error = undefined;
  await until(async () => await cluster.client(1).send("last") === 204);
  const received = cluster.received.map((message) => message.trimEnd());
  assertEquals(received.includes("a third"), false);
  assertEquals(received.slice(0, 2).concat(received.slice(-1)), ["a first", "a second", "a last"]);
});

Deno.test("a send that waits for its owner is given up when all together hold too much", async () => {
  await using cluster = new Cluster({ maxTotalBufferedBytes: 1_000_000, answerTimeout: 60_000 });
  for (const session of ["x", "y"]) await cluster.client(0, session).poll();
  await cluster.client(1).send("ready");
  cluster.engine.buses[0]!.error = new Error("cut off");
  const sends = ["x", "y"].map((id) => cluster.client(1, id).send("x".repeat(600_000)));
  assertEquals(await Promise.race(sends), 503);
  cluster.engine.buses[0]!.error = undefined;
  assertEquals((await Promise.all(sends)).sort(), [204, 503]);
});

Deno.test("a slow client is cut off at the carrier when all together hold too much, and others are not", async () => {
  await using cluster = new Cluster({
    maxTotalBufferedBytes: 1_000_000,
    responseLimit: 10_000_000,
  });
  for (const session of ["x", "y"]) await cluster.client(0, session).poll();
  const url = "http://host/echo/server/x/xhr_streaming";
  const stream = await cluster.servers[1]!.handle(new Request(url, { method: "POST" }));
  const poll = await cluster.client(1, "y").receive();
  const [slow] = cluster.servers[0]!.connections;
  slow!.write("x".repeat(800_000));
  await cluster.client(1, "y").send("carried");
  // What this server has of its own is less.
  const own = cluster.client(1, "own");
  await own.poll();
  const [home] = cluster.servers[1]!.connections;
  home!.write("x".repeat(300_000));
  await until(() => slow!.readyState === 3);
  assertEquals(await restOf(stream), "broken");
  assertEquals(await poll.text(), 'a["carried"]\n');
  assertEquals((await own.poll()).length, 300_000 + 5);
});

/** Another server that claims sessions, and answers each receiving request as a test says. */
class RogueOwner {
  readonly #server = "d".repeat(32);
  readonly #bus: MemoryBus;
  readonly #peers = new Map<string, Peer>();
  answer: (tell: (kind: string, body?: string) => void) => void = () => {};

  constructor(engine: MemoryEngine) {
    this.#bus = engine.open();
    this.#bus.subscribe(`sj:test:p:${this.#server}`, (payload) => {
      const packet = decodePacket(payload)!;
      this.#peer(packet.from).link.received(packet);
    });
  }

  /** The session of that id is this server's from now on. */
  async claim(id: string): Promise<void> {
    const key = `sj:test:s:${sessionHash("/echo", id)}`;
    await this.#bus.claim(key, holderOf(this.#server, 1, false).value, 60_000);
  }

  #peer(other: string): Peer {
    let peer = this.#peers.get(other);
    if (peer !== undefined) return peer;
    const settings = { peerTimeout: 6000, maxMessage: 1e9, maxPayload: this.#bus.maxPayload };
    peer = new Peer(this.#server, other, settings, {
      publish: (payload) => this.#bus.publish(`sj:test:p:${other}`, payload),
      begun: (peer, [kind, number]) => {
        if (kind === toOwner.receive) this.answer((kind, body) => peer.send([kind, number], body));
      },
      failed: () => {},
    });
    this.#peers.set(other, peer);
    return peer;
  }
}

for (const kind of ["accepted", "held", "none", "forbidden", "full", "abort"] as const) {
  Deno.test(`an owner that says "${kind}" in the middle leaves no response open`, async () => {
    await using cluster = new Cluster();
    const rogue = new RogueOwner(cluster.engine);
    rogue.answer = (tell) => {
      tell(toCarrier.attached);
      setTimeout(() => tell(kind), 10);
    };
    for (const path of ["xhr", "xhr_streaming"]) {
      await rogue.claim(path);
      const url = `http://host/echo/server/${path}/${path}`;
      const response = await cluster.servers[1]!.handle(new Request(url, { method: "POST" }));
      assertEquals(await restOf(response), "broken");
    }
  });
}

Deno.test("a poll takes one frame, and counts as no more than that", async () => {
  await using cluster = new Cluster({ maxTotalBufferedBytes: 1_000_000 });
  const rogue = new RogueOwner(cluster.engine);
  const frame = "x".repeat(100_000);
  rogue.answer = (tell) => {
    for (let i = 0; i < 10; i++) tell(toCarrier.frame, frame);
  };
  for (let i = 0; i < 5; i++) {
    await rogue.claim(`x${i}`);
    assert(await restOf(await cluster.client(1, `x${i}`).receive()) === frame);
  }
  assertEquals(await cluster.client(1, "own").poll(), "o");
});
