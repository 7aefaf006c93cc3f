/**
 * The NATS bus: by the suite that every bus has to pass, on all runtimes; and what goes wrong with
 * the client and with the server.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import {
  type Bus,
  type Interruption,
  natsBus,
  type NatsBusOptions,
} from "../../src/adapters/nats.ts";
import { EngineProxy } from "../support/engine_proxy.ts";
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";
import { until } from "../support/until.ts";

const ttl = 600_000;
const program = new URL("nats_suite.ts", import.meta.url);

/** A bus with its own connection, and what it has told. */
class OpenBus implements AsyncDisposable {
  readonly bus: Bus;
  readonly connection: NatsConnection;
  readonly told: Interruption[] = [];
  readonly lines: string[];

  private constructor(bus: Bus, connection: NatsConnection, lines: string[]) {
    this.bus = bus;
    this.connection = connection;
    this.lines = lines;
    bus.watch({ back: (interruption) => this.told.push(interruption) });
  }

  static async open(
    port: number,
    bucket: { ttl?: number; storage?: "file" | "memory" } = {},
    options: Partial<NatsBusOptions> = {},
  ): Promise<OpenBus> {
    const connection = await connect({
      servers: `127.0.0.1:${port}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      reconnectJitter: 0,
    });
    const settings = { ttl: 3_600_000, storage: "file", allow_direct: false, ...bucket } as const;
    const lines: string[] = [];
    const bus = natsBus({
      connection,
      kv: () => new Kvm(connection).create("claims", settings),
      timeout: 1000,
      log: (line) => lines.push(line),
      ...options,
    });
    return new OpenBus(bus, connection, lines);
  }

  get lostClaims(): boolean {
    return this.told.some(({ lostClaims }) => lostClaims);
  }

  get missedMessages(): boolean {
    return this.told.some(({ missedMessages }) => missedMessages);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus.close();
    await this.connection.close();
  }
}

/** Registers a test with a server of its own. */
function test(name: string, run: (server: NatsServer) => Promise<void>): void {
  Deno.test({
    name: `NATS bus: ${name}`,
    ignore: !hasNatsServer,
    async fn() {
      await using server = await NatsServer.start();
      await run(server);
    },
  });
}

/** What a call gives, once it does not fail any more. */
async function settled<Result>(call: () => Promise<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  await until(async () => {
    try {
      result = { value: await call() };
      return true;
    } catch {
      return false;
    }
  });
  return result!.value;
}

test("it passes the suite of tests for buses on every runtime", async ({ port }) => {
  const runtimes: RuntimeName[] = ["deno", "bun", "node20", "node24"];
  const failed = await Promise.all(runtimes.map(async (runtime) => {
    const [command = "", ...args] = await scriptCommand(runtime, program) ?? [];
    const { stdout } = await new Deno.Command(command, { args: [...args, String(port)] }).output();
    const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
    const results = lines.map((line) => JSON.parse(line) as { name: string; error?: string });
    const errors = results.filter(({ error }) => error !== undefined);
    return { runtime, count: results.length, errors };
  }));
  const count = failed[0]!.count;
  assert(count > 10, `only ${count} tests have run`);
  assertEquals(failed, runtimes.map((runtime) => ({ runtime, count, errors: [] })));
});

test("what is published without a connection rejects, or arrives", async ({ port }) => {
  const proxy = await EngineProxy.open(port);
  await using publisher = await OpenBus.open(proxy.port);
  await using reader = await OpenBus.open(port);
  const got: string[] = [];
  await reader.bus.subscribe("channel", (payload) => got.push(payload));
  const promised: string[] = [];
  const settling: Promise<void>[] = [];
  const publish = (payload: string) =>
    settling.push(
      publisher.bus.publish("channel", payload).then(() => void promised.push(payload), () => {}),
    );
  for (let sent = 0; !publisher.missedMessages; sent++) {
    publish(`${sent}`);
    if (sent === 20) proxy.cut();
    if (sent === 60) proxy.mend();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert(sent < 2000, "it has not told that it is back");
  }
  await Promise.all(settling);
  await settled(() => publisher.bus.publish("channel", "end"));
  await until(() => got.at(-1) === "end");
  assertEquals(promised.filter((payload) => !got.includes(payload)), []);
  assertEquals(new Set(got).size, got.length);
  assert(promised.length < settling.length, "the cut has harmed nothing");
  proxy.close();
});

test("a server that is killed and started again costs messages, and all goes on", async (server) => {
  await using one = await OpenBus.open(server.port);
  await using other = await OpenBus.open(server.port);
  const got: string[] = [];
  await one.bus.subscribe("channel", (payload) => got.push(payload));
  assertEquals(await one.bus.claim("key", "one", ttl), "one");
  await server.kill();
  await assertRejects(() => one.bus.find("key"), Error);
  await server.start();
  await until(() => one.missedMessages && one.lostClaims);
  assertEquals(await settled(() => other.bus.claim("key", "other", ttl)), "one");
  await until(async () => {
    await settled(() => other.bus.publish("channel", "back"));
    return got.includes("back");
  });
});

test("a bucket in memory that went with its server is made anew, and the loss told before any claim", async (server) => {
  await using one = await OpenBus.open(server.port, { storage: "memory" });
  await using other = await OpenBus.open(server.port, { storage: "memory" });
  await one.bus.claim("key", "one", ttl);
  await other.bus.find("key");
  await server.kill();
  await server.start();
  const claimed = settled(async () => {
    const holder = await other.bus.claim("key", "other", ttl);
    return { holder, wasTold: other.lostClaims };
  });
  assertEquals(await claimed, { holder: "other", wasTold: true });
  await until(() => one.lostClaims);
  assertEquals(await one.bus.claim("key", "one", ttl), "other");
});

test("who subscribes without a connection gets what is published when it is back", async ({ port }) => {
  const proxy = await EngineProxy.open(port);
  await using one = await OpenBus.open(proxy.port, {}, { timeout: 10_000 });
  proxy.cut();
  await assertRejects(() => one.bus.publish("channel", ""), Error);
  const got: string[] = [];
  const subscribed = one.bus.subscribe("channel", (payload) => got.push(payload));
  setTimeout(() => proxy.mend(), 300);
  await subscribed;
  await one.bus.publish("channel", "payload");
  await until(() => got.length === 1);
  proxy.close();
});

test("a short interruption costs no claims", async ({ port }) => {
  const proxy = await EngineProxy.open(port);
  await using one = await OpenBus.open(proxy.port);
  await one.bus.claim("key", "one", ttl);
  proxy.cut();
  await assertRejects(() => one.bus.publish("channel", ""), Error);
  proxy.mend();
  await until(() => one.missedMessages);
  assertEquals(await settled(() => one.bus.find("key")), "one");
  assertEquals(one.lostClaims, false);
  proxy.close();
});

test("a bucket that somebody deletes, or makes anew, has lost its claims", async ({ port }) => {
  await using one = await OpenBus.open(port);
  const kvm = new Kvm(one.connection);
  const calls = {
    claim: () => one.bus.claim("other", "one", ttl),
    find: () => one.bus.find("other"),
    remade: () => one.bus.claim("other", "one", ttl),
  };
  for (const [name, call] of Object.entries(calls)) {
    one.told.length = 0;
    await one.bus.claim("key", "one", ttl);
    await (await kvm.open("claims")).destroy();
    if (name === "remade") await kvm.create("claims", { ttl: 3_600_000 });
    await settled<unknown>(call);
    await until(() => one.lostClaims);
    assertEquals(await one.bus.find("key"), undefined);
  }
});

test("names may have 300 characters of any kind", async ({ port }) => {
  await using one = await OpenBus.open(port);
  const name = "\u20ac".repeat(300);
  const got: string[] = [];
  await one.bus.subscribe(name, (payload) => got.push(payload));
  await one.bus.publish(name, "\ufeffpayload");
  await until(() => got.length === 1);
  assertEquals(got, ["\ufeffpayload"]);
  assertEquals(await one.bus.claim(name, "one", ttl), "one");
  assertEquals(await one.bus.find(name), "one");
});

test("nothing is left of claims that were released, once the bucket's time has passed", async ({ port }) => {
  await using one = await OpenBus.open(port, { ttl: 1000 });
  const keys = Array.from({ length: 500 }, (_, at) => `key ${at}`);
  await Promise.all(keys.map((key) => one.bus.claim(key, "one", 1000)));
  await Promise.all(keys.map((key) => one.bus.release(key, "one")));
  const bucket = await new Kvm(one.connection).open("claims");
  await until(async () => (await bucket.status()).values === 0);
});

test("a claim for longer than the bucket keeps it is refused, and a bucket without a time told", async ({ port }) => {
  await using one = await OpenBus.open(port, { ttl: 1000 });
  await assertRejects(() => one.bus.claim("key", "one", 1001), RangeError, "The ttl of the bucket");
  assertEquals(one.lines, []);
  const kv = () => new Kvm(one.connection).create("endless", { allow_direct: false });
  await using other = await OpenBus.open(port, {}, { kv });
  await other.bus.find("key");
  assertEquals(other.lines, [
    "The bucket has no ttl: what has ended stays in it for ever",
  ]);
});

test("without a bucket there are messages, but no claims", async ({ port }) => {
  await using one = await OpenBus.open(port, {}, { kv: undefined });
  await one.bus.publish("channel", "payload");
  await assertRejects(() => one.bus.find("key"), Error, "set the option kv");
});

test("a connection that is closed for good is told, and every call rejects", async ({ port }) => {
  const one = await OpenBus.open(port);
  await one.bus.claim("key", "one", ttl);
  await one.connection.close();
  await until(() => one.lines.length === 1);
  assertEquals(one.lines, [
    "The connection to NATS is closed for good: the bus is of no use any more",
  ]);
  await assertRejects(() => one.bus.publish("channel", ""), Error);
  await assertRejects(() => one.bus.subscribe("channel", () => {}), Error);
  await assertRejects(() => one.bus.find("key"), Error);
  await one.bus.close();
});
