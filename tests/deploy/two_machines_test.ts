/**
 * Tests of the files for two machines: the stock client behind HAProxy and nginx, in front of two
 * groups of processes on Deno, Bun and Node, which share their sessions over Redis or NATS.
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import { isPresent as isEnginePresent } from "../support/executables.ts";
import { type HostName, presentHosts } from "../support/hosts.ts";
import { NatsServer } from "../support/nats_server.ts";
import { RedisServer } from "../support/redis_server.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { StockClient } from "../support/stock_client.ts";
import { clientTransports } from "./behind.ts";
import { AppFolder } from "./deployed_app.ts";
import { isPresent, Proxy } from "./proxy.ts";

/** What the processes run on: those of one machine, then those of the other. */
const runtimes = ["node24", "deno", "bun", "node20"] as const satisfies HostName[];
const half = runtimes.length / 2;

/** How the requests of a session find their process. */
type Affinity = "by the URL" | "none";

type Place = [program: "haproxy" | "nginx", affinity: Affinity];

/** The processes of both machines. */
class Machines implements AsyncDisposable {
  readonly #folder: AppFolder;
  readonly processes: readonly ServerProcess[];

  private constructor(folder: AppFolder, processes: readonly ServerProcess[]) {
    this.#folder = folder;
    this.processes = processes;
  }

  /** Starts them; without an engine in their environment, each is by itself. */
  static async start(env: Record<string, string>): Promise<Machines> {
    const folder = await AppFolder.make("redis", "@nats-io/transport-node", "@nats-io/kv");
    const times = { DRAIN_SECONDS: "0", SPREAD_SECONDS: "0" };
    const processes = await Promise.all(
      runtimes.map((runtime) => folder.start(runtime, { ...times, ...env })),
    );
    return new Machines(folder, processes);
  }

  /** Starts a proxy in front of them. */
  proxy(...[program, affinity]: Place): Promise<Proxy> {
    const edit = (text: string) => {
      const placed = text
        .replace("include upstream.conf", "include upstream_two_machines.conf")
        .replace(/10\.0\.0\.1([12]):808([12])/g, (_, machine, process) => {
          return `127.0.0.1:${this.processes[(machine - 1) * half + (process - 1)]!.port}`;
        });
      if (affinity === "by the URL") return placed;
      // As the comments in the files say.
      return placed.replace(/^ *balance uri .*\n(.*\n){3}/m, "    balance roundrobin\n")
        .replace(/^ *hash .*\n/m, "");
    };
    return program === "haproxy"
      ? Proxy.haproxy("two_machines.cfg", [], edit)
      : Proxy.nginx([], edit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Registers a test. */
function test(
  name: string,
  needed: readonly ("haproxy" | "nginx" | "redis-server" | "nats-server")[],
  fn: () => Promise<void>,
): void {
  const isHere = (each: (typeof needed)[number]) =>
    each === "haproxy" || each === "nginx" ? isPresent(each) : isEnginePresent(each);
  Deno.test({
    name: `two machines: ${name}`,
    ignore: !needed.every(isHere) || !runtimes.every((each) => presentHosts.has(each)),
    // The stock client leaves timers and sockets behind.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

/** Opens so many connections over each transport. */
function openAll(url: string, count: number, transports = clientTransports) {
  const all = Array.from({ length: count }, () => transports).flat();
  return Promise.all(all.map((transport) => StockClient.open(url, [transport])));
}

/** Sends messages in turns of ten, and gets each back, in order. */
async function echoes(client: StockClient, count = 100): Promise<void> {
  for (let at = 0; at < count; at += 10) {
    const messages = Array.from({ length: 10 }, (_, i) => `${at + i}`);
    client.send(...messages);
    assertEquals(await client.receive(10), messages);
  }
}

/** Affinity needs several clients, so that each process has some. */
async function echoesBehind(machines: Machines, ...[program, affinity]: Place): Promise<void> {
  await using proxy = await machines.proxy(program, affinity);
  const clients = await openAll(`${proxy.address}/echo`, affinity === "none" ? 1 : 4);
  await Promise.all(clients.map((client) => echoes(client)));
  await closeAll(clients);
  assertEquals(await proxy.serverErrors(), 0);
}

async function closeAll(clients: readonly StockClient[]): Promise<void> {
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
}

test(
  "behind HAProxy and nginx, affinity by the URL alone keeps sessions together",
  ["haproxy", "nginx"],
  async () => {
    await using machines = await Machines.start({});
    await echoesBehind(machines, "haproxy", "by the URL");
    await echoesBehind(machines, "nginx", "by the URL");
  },
);

test(
  "over NATS without affinity, any process answers any request",
  ["haproxy", "nats-server"],
  async () => {
    await using nats = await NatsServer.start();
    await using machines = await Machines.start({ NATS_URL: `nats://127.0.0.1:${nats.port}` });
    await echoesBehind(machines, "haproxy", "none");
  },
);

test(
  "over Redis without affinity, any process answers; Redis restarts, and a machine is gone",
  ["haproxy", "nginx", "redis-server"],
  async () => {
    const redis = await RedisServer.open();
    await using machines = await Machines.start({ REDIS_URL: redis.url() });
    await echoesBehind(machines, "haproxy", "none");
    await echoesBehind(machines, "nginx", "none");

    await using proxy = await machines.proxy("haproxy", "by the URL");
    const url = `${proxy.address}/echo`;
    const clients = await openAll(url, 4);
    await Promise.all(clients.map((client) => echoes(client)));
    await redis.kill();
    await Promise.all(clients.map((client) => echoes(client)));
    await redis.start();
    await Promise.all(clients.map((client) => echoes(client)));
    await closeAll(clients);
    await echoesBehind(machines, "haproxy", "none");

    // Those that poll would take longer to notice.
    const open = await openAll(url, 8, ["websocket", "xhr-streaming", "eventsource"]);
    await Promise.all(open.map((client) => echoes(client)));
    await Promise.all(machines.processes.slice(half).map((process) => process.kill()));
    const answer = (client: StockClient) => {
      client.send("Who is there?");
      return client.receive(1).then(() => client, () => undefined);
    };
    const living = (await Promise.all(open.map(answer))).filter((client) => client !== undefined);
    assertNotEquals(living.length, 0);
    assertNotEquals(living.length, open.length);
    await Promise.all(living.map((client) => echoes(client)));
    for (const client of await openAll(url, 4)) living.push(client);
    await Promise.all(living.map((client) => echoes(client)));
    await closeAll(living);
    await redis.close();
  },
);
