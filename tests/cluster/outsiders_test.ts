/**
 * What processes that are not members can do to a local bus: nothing.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { localBus } from "../../src/cluster/local_bus/local_bus.ts";
import { ByChannel } from "../../src/cluster/local_bus/by_channel.ts";
import { FrameReader, kinds, textFrame } from "../../src/cluster/local_bus/bus_frames.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { until } from "../support/until.ts";

/** Two members in a folder of their own. All tests share them: whatever an outsider does, they go on. */
async function pair() {
  const folder = await Deno.makeTempDir({ prefix: "bus-" });
  const warnings: string[] = [];
  const open = (place = folder) =>
    localBus({ name: "test", folder: place, log: (warning) => warnings.push(warning) });
  const [a, b] = [open(), open()];
  const got: string[] = [];
  await b.subscribe("channel", (payload) => got.push(payload));
  const sockets = () =>
    [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".sock"));
  return {
    folder,
    warnings,
    open,
    sockets,
    got,
    path: () => `${folder}/${sockets()[0]}`,
    connect: () => Deno.connect({ transport: "unix", path: `${folder}/${sockets()[0]}` }),
    /** A message still gets from one to the other, and a claim is still answered. */
    async works(): Promise<void> {
      const text = crypto.randomUUID();
      assertEquals(await a.publish("channel", text), 1);
      await until(() => got.includes(text));
      assertEquals(await a.claim(text, "a", 1000), "a");
      assertEquals(await b.find(text), "a");
    },
    async close(): Promise<void> {
      await a.close();
      await b.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

let bus: Awaited<ReturnType<typeof pair>>;
Deno.test.beforeAll(async () => {
  bus = await pair();
});
Deno.test.afterAll(() => bus.close());

/** Reads until the other end closes, and gives the kinds of all frames. */
async function readAll(connection: Deno.Conn): Promise<number[]> {
  const learned: number[] = [];
  const reader = new FrameReader(100_000, (kind) => learned.push(kind));
  const chunk = new Uint8Array(4096);
  try {
    for (let read; (read = await connection.read(chunk)) !== null;) {
      reader.push(Buffer.from(chunk.subarray(0, read)));
    }
  } catch {
    // Closed at once.
  }
  return learned;
}

/** An outsider may learn that much, if it is not cut off before. */
function assertOnlyHello(learned: readonly number[]): void {
  assertEquals(learned, learned.length === 0 ? [] : [kinds.hello]);
}

async function send(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  } catch {
    // Closed meanwhile.
  }
}

const hello = (fields: object) =>
  textFrame(
    kinds.hello,
    JSON.stringify({
      magic: "sockjs-web-bus",
      version: 1,
      id: "0123456789abcdef",
      pid: 1,
      nonce: "00".repeat(16),
      ...fields,
    }),
  );

const random = new SeededRandom(1);
const garbage: Record<string, Uint8Array> = {
  "random bytes": Uint8Array.from({ length: 100_000 }, () => random.below(256)),
  "a frame of 4 GiB": Buffer.from("ffffffff01", "hex"),
  "a frame that is too long for a handshake": textFrame(kinds.hello, "x".repeat(2000)),
  "a hello that is not JSON": textFrame(kinds.hello, "{"),
  "a hello of another kind of program": hello({ magic: "redis" }),
  "a hello with an id that is a path": hello({ id: "../../../../etc" }),
  "a hello with a text as process": hello({ pid: "1\n2" }),
  "a hello of null": textFrame(kinds.hello, "null"),
  "two hellos": Buffer.concat([hello({}), hello({})]),
  "a wrong proof": Buffer.concat([hello({}), textFrame(kinds.proof, "0".repeat(64))]),
  "an empty proof": Buffer.concat([hello({}), textFrame(kinds.proof)]),
  "a proof without a hello": textFrame(kinds.proof, "0".repeat(64)),
  "a welcome from who has called": Buffer.concat([hello({}), textFrame(kinds.welcome, "")]),
  "a message without a handshake": textFrame(kinds.message, "\0\x07channelforged"),
  "a message after a hello": Buffer.concat([
    hello({}),
    textFrame(kinds.message, "\0\x07channelforged"),
  ]),
};

for (const [name, bytes] of Object.entries(garbage)) {
  Deno.test(`an outsider with ${name} is cut off, and learns no more than a hello`, async () => {
    const connection = await bus.connect();
    await send(connection, bytes);
    assertOnlyHello(await readAll(connection));
    connection.close();
    await bus.works();
    assertEquals(bus.got.includes("forged"), false);
  });
}

/** Starts a member, which gets into the cluster. */
async function joins(): Promise<void> {
  const late = bus.open();
  const text = crypto.randomUUID();
  // The members call it, too.
  await until(async () => await late.publish("channel", text) === 1);
  await until(() => bus.got.includes(text));
  await late.close();
}

/** Outsiders that connect again and again, until they are stopped. */
function flood(act: (connection: Deno.Conn) => Promise<void>): () => Promise<void> {
  let isOver = false;
  const path = bus.path();
  const run = async () => {
    while (!isOver) {
      const connection = await Deno.connect({ transport: "unix", path });
      await act(connection);
      connection.close();
    }
  };
  const runs = Array.from({ length: 100 }, run);
  return async () => {
    isOver = true;
    await Promise.all(runs);
  };
}

Deno.test("a member joins while outsiders connect as fast as they can, and say hello", async () => {
  const stop = flood(async (connection) => {
    await send(connection, hello({}));
    await connection.read(new Uint8Array(1000)).catch(() => {});
  });
  for (let count = 0; count < 3; count++) await joins();
  await stop();
  await bus.works();
});

Deno.test("ten thousand outsiders that connect and go harm nobody", async () => {
  for (let count = 0; count < 10_000; count++) (await bus.connect()).close();
  await joins();
  await bus.works();
});

Deno.test("outsiders that come and go cost nothing that grows with the number of channels", async () => {
  const { removeAll } = ByChannel.prototype;
  let count = 0;
  ByChannel.prototype.removeAll = () => count++;
  try {
    for (const bytes of Object.values(garbage)) {
      const connection = await bus.connect();
      await send(connection, bytes);
      await readAll(connection);
      connection.close();
    }
    await bus.works();
  } finally {
    ByChannel.prototype.removeAll = removeAll;
  }
  assertEquals(count, 0);
});

Deno.test("an outsider that sends a byte at a time is cut off like any other", async () => {
  const connection = await bus.connect();
  let isOpen = true;
  const ended = readAll(connection).then(() => isOpen = false);
  const bytes = hello({});
  for (let at = 0; isOpen; at++) {
    await send(connection, bytes.subarray(at % bytes.length, at % bytes.length + 1));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await ended;
  connection.close();
  await bus.works();
});

Deno.test("an outsider with the id of a member is not taken for it", async () => {
  const ids = bus.sockets().map((name) => name.slice(0, -".sock".length));
  for (const id of ids) {
    for (const proof of ["", "0".repeat(64)]) {
      const connection = await bus.connect();
      await send(connection, Buffer.concat([hello({ id }), textFrame(kinds.proof, proof)]));
      assertEquals(await readAll(connection), [kinds.hello]);
      connection.close();
    }
  }
  await bus.works();
});

Deno.test("a handshake that was overheard is of no use a second time, nor the other way round", async () => {
  // What a real member sends and gets passes through this outsider.
  const [target] = bus.sockets();
  const place = await Deno.makeTempDir({ prefix: "bus-" });
  const heard: Record<"up" | "down", Uint8Array[]> = { up: [], down: [] };
  const listener = Deno.listen({ transport: "unix", path: `${place}/${target}` });
  const serving = (async () => {
    for await (const near of listener) {
      const far = await Deno.connect({ transport: "unix", path: `${bus.folder}/${target}` });
      relay(near, far, heard.up);
      relay(far, near, heard.down);
    }
  })();
  await Deno.copyFile(`${bus.folder}/secret`, `${place}/secret`);
  await Deno.chmod(place, 0o700);
  const member = bus.open(place);
  await until(async () => await member.publish("nothing", "") === 0 && heard.down.length > 1);
  await member.close();
  listener.close();
  await serving;
  for (const bytes of [Buffer.concat(heard.up), Buffer.concat(heard.down)]) {
    const connection = await bus.connect();
    // What follows would end the link at once.
    await send(connection, handshakeOf(bytes));
    assertEquals(await readAll(connection), [kinds.hello]);
    connection.close();
  }
  await Deno.remove(place, { recursive: true });
  await bus.works();
});

/** The first two frames: a hello, and a proof or welcome. */
function handshakeOf(bytes: Buffer): Buffer {
  const hello = 5 + bytes.readUInt32BE(0);
  return bytes.subarray(0, hello + 5 + bytes.readUInt32BE(hello));
}

/** Passes on what comes, and keeps it. */
async function relay(from: Deno.Conn, to: Deno.Conn, kept: Uint8Array[]): Promise<void> {
  const chunk = new Uint8Array(4096);
  try {
    for (let read; (read = await from.read(chunk)) !== null;) {
      kept.push(chunk.slice(0, read));
      await send(to, chunk.slice(0, read));
    }
  } catch {
    // Closed.
  }
  try {
    to.close();
  } catch {
    // It is already.
  }
}

Deno.test("hundreds of silent outsiders keep no member from joining", async () => {
  const silent = [];
  for (let count = 0; count < 300; count++) silent.push(await bus.connect());
  const late = bus.open();
  const got: string[] = [];
  await late.subscribe("late", (payload) => got.push(payload));
  await late.publish("late", "here");
  await until(() => got.length === 1);
  await late.close();
  for (const connection of silent) connection.close();
  await bus.works();
});

Deno.test("only the last callers that say nothing are kept", async () => {
  const silent: Deno.Conn[] = [];
  let ended = 0;
  // Nobody is cut off because of the time.
  const { setTimeout } = globalThis;
  globalThis.setTimeout =
    ((run: () => void, ms: number) =>
      setTimeout(run, ms === 3000 ? 1_000_000_000 : ms)) as typeof setTimeout;
  try {
    for (let count = 0; count < 70; count++) {
      const connection = await bus.connect();
      silent.push(connection);
      readAll(connection).then(() => ended++);
    }
    await until(() => ended === 6);
    await bus.works();
    assertEquals(ended, 6);
  } finally {
    globalThis.setTimeout = setTimeout;
    for (const connection of silent) connection.close();
  }
});

Deno.test("a caller that says nothing is cut off after a while", async () => {
  const connection = await bus.connect();
  assertOnlyHello(await readAll(connection));
  connection.close();
});

Deno.test("a process with another secret does not become a member, nor is it one for itself", async () => {
  const other = await Deno.makeTempDir({ prefix: "bus-" });
  for (const name of bus.sockets()) await Deno.link(`${bus.folder}/${name}`, `${other}/${name}`);
  const outsider = bus.open(other);
  const got: string[] = [];
  await outsider.subscribe("channel", (payload) => got.push(payload));
  assertEquals(await outsider.publish("channel", "forged"), 1);
  await bus.works();
  assertEquals(got, ["forged"]);
  await outsider.close();
  await Deno.remove(other, { recursive: true });
});

Deno.test("members of other versions are not linked, and the log says so once for all", async () => {
  for (const version of [2, 2, 3, -1]) {
    const connection = await bus.connect();
    await send(connection, hello({ version }));
    await readAll(connection);
    connection.close();
  }
  assertEquals(bus.warnings, [
    "A process with another version of the bus was refused: this one has version 1",
  ]);
  await bus.works();
});
