/**
 * Processes that share sessions, one on each runtime.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import { type Bus, localBus } from "../../src/adapters/cluster.ts";
import type { Engine } from "../support/engine.ts";
import { openEngineBus } from "../support/engine_bus.ts";
import { HttpSession } from "../support/http_session.ts";
import { HttpConnection } from "../support/raw_http.ts";
import type { Receiving } from "../support/receiving.ts";
import type { ReceivingTransport } from "../support/receiving_transports.ts";
import { ServerProcess } from "../support/server_process.ts";
import type { Troubles } from "../support/troubled_bus.ts";
import { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";

const script = new URL("session_server.ts", import.meta.url);
/** How many servers there are in each. */
const serversEach = 6;
const runtimes = ["deno", "bun", "node24", "node20"] as const satisfies RuntimeName[];

/** What has happened to the sessions of an id in a process. */
export interface SessionRecord {
  /** The server of each connection. */
  readonly opened: string[];
  readonly closed: { code: number; reason: string }[];
  readonly messages: string[];
  /** Of the last receiving request. */
  url: string;
  headers: Record<string, string>;
}

/** Another server of a process for the same service. */
class TwinServer extends TestServer {
  readonly #port: number;
  readonly #connections: HttpConnection[] = [];

  constructor(host: typeof runtimes[number], process: ServerProcess, port: number) {
    super(host, process);
    this.#port = port;
  }

  override get port(): number {
    return this.#port;
  }

  override async connect(): Promise<HttpConnection> {
    const connection = await HttpConnection.open(this.#port);
    this.#connections.push(connection);
    return connection;
  }

  override [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

/** Each has the services of `session_server.ts`. */
export class SessionProcesses implements AsyncDisposable {
  readonly servers: TestServer[] = [];
  readonly #processes: ServerProcess[] = [];
  readonly #gone: TestServer[] = [];
  readonly #killed = new Set<TestServer>();
  readonly #arguments: string[];
  readonly #folder: string;
  /** The first member: it has the registry of the bus, so that the others can be killed. */
  #keeper: Bus;
  readonly #busSettings: object;
  readonly #expected: readonly RegExp[];
  readonly #engine: Engine | undefined;

  private constructor(
    folder: string,
    keeper: Bus,
    settings: object,
    busSettings: object,
    expected: readonly RegExp[],
    engine: Engine | undefined,
  ) {
    this.#engine = engine;
    this.#folder = folder;
    this.#keeper = keeper;
    this.#busSettings = busSettings;
    this.#expected = expected;
    const json = [JSON.stringify(settings), JSON.stringify(busSettings)] as const;
    this.#arguments = ["--folder", folder, "--cluster", json[0], "--bus", json[1]];
    if (engine !== undefined) this.#arguments.push("--engine", engine.url);
  }

  /**
   * Starts them; the settings are those of the option `cluster`, and of the bus.
   *
   * @param expected What they may print.
   * @param engine What the bus is over, if it is not the local one. It ends with them.
   */
  static async start(
    settings: object = {},
    busSettings: object = {},
    expected: readonly RegExp[] = [],
    engine?: Engine,
  ): Promise<SessionProcesses> {
    const folder = await Deno.makeTempDir({ prefix: "sessions-" });
    const keeper = engine === undefined
      ? openKeeper(folder, busSettings)
      : await openEngineBus(engine.url, { log: () => {} });
    await keeper.find("nothing");
    const all = new SessionProcesses(folder, keeper, settings, busSettings, expected, engine);
    await Promise.all(runtimes.map((_, at) => all.#start(at)));
    await all.#meet();
    return all;
  }

  /** Runs a test for each runtime, which has the session; the next ones carry. */
  each(
    name: string,
    run: (owner: TestServer, carrier: TestServer, others: TestServer[]) => Promise<void>,
  ): void {
    for (const [at, runtime] of runtimes.entries()) {
      this.test(`${name}, owned on ${runtime}`, async () => {
        const [owner, carrier, ...others] = [
          ...this.servers.slice(at),
          ...this.servers.slice(0, at),
        ];
        await run(owner!, carrier!, others);
      });
    }
  }

  /**
   * Registers a test, after which all clients are gone. No process may have printed anything else
   * than is expected, nor any server the same line twice.
   */
  test(name: string, run: () => Promise<void>): void {
    Deno.test(`shared sessions: ${name}`, async () => {
      try {
        await run();
        for (const { stderr } of this.servers) {
          const lines = stderr.split("\n").filter((line) => line !== "");
          const others = lines.filter((line) => !this.#expected.some((known) => known.test(line)));
          assertEquals(others, []);
          for (const line of new Set(lines)) {
            assert(lines.filter((other) => other === line).length <= serversEach, stderr);
          }
        }
      } finally {
        for (const server of this.servers) {
          if (!this.#killed.has(server)) await this.trouble({}, server);
        }
        this.#closeClients();
        for (const server of [...this.#killed]) await this.restart(server);
      }
    });
  }

  /** A session at several servers: the first one has it. */
  sessions(service: string, ...servers: TestServer[]): HttpSession[] {
    const id = crypto.randomUUID();
    return servers.map((server) => new HttpSession(server, service, id));
  }

  /** The other server of a process for the same sessions. */
  async twinOf(server: TestServer): Promise<TestServer> {
    const { body } = await server.get("/twin");
    const at = this.servers.indexOf(server);
    const twin = new TwinServer(runtimes[at]!, this.#processes[at]!, Number(body));
    this.#gone.push(twin);
    return twin;
  }

  /** The same service by each adapter of a process. */
  async adaptersOf(server: TestServer): Promise<Record<string, TestServer>> {
    const ports: Record<string, number> = JSON.parse((await server.get("/adapters")).body);
    const at = this.servers.indexOf(server);
    const adapters: Record<string, TestServer> = {};
    for (const [name, port] of Object.entries(ports)) {
      this.#gone.push(adapters[name] = new TwinServer(runtimes[at]!, this.#processes[at]!, port));
    }
    return adapters;
  }

  /** The bus of this process, which is a member as well. */
  get bus(): Bus {
    return this.#keeper;
  }

  /** What goes wrong with the bus of some processes from now on. */
  async trouble(troubles: Partial<Troubles>, ...servers: TestServer[]): Promise<void> {
    const json = encodeURIComponent(JSON.stringify(troubles));
    for (const server of servers) {
      assertEquals((await server.get(`/trouble?with=${json}`)).status, 200);
    }
  }

  /** The registry of the bus ends with its member, and another one begins anew. */
  async emptyRegistry(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = openKeeper(this.#folder, this.#busSettings);
    await keeper.close();
    await this.#keeper.find("nothing");
  }

  /** Somebody deletes the file that says who has the registry. */
  async deleteRegistry(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder)) {
      if (name.startsWith("registry-")) await Deno.remove(`${this.#folder}/${name}`);
    }
  }

  /** Kills a process. Another one takes its place after the test. */
  async kill(server: TestServer): Promise<void> {
    this.#killed.add(server);
    await this.#processes[this.servers.indexOf(server)]!.kill();
  }

  /** Starts a process that was killed again, or has been closed. */
  async restart(server: TestServer): Promise<TestServer> {
    const at = this.servers.indexOf(server);
    this.#gone.push(server);
    this.#killed.delete(server);
    await this.#processes[at]!.kill();
    await this.#start(at);
    await this.#meet();
    return this.servers[at]!;
  }

  /** Suspends a process for so many milliseconds. */
  async freeze(server: TestServer, ms: number): Promise<void> {
    Deno.kill(server.pid, "SIGSTOP");
    try {
      await new Promise((resolve) => setTimeout(resolve, ms));
    } finally {
      Deno.kill(server.pid, "SIGCONT");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closeClients();
    await Promise.all(this.#processes.map((process) => process.kill()));
    await this.#keeper.close();
    await this.#engine?.[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #start(at: number): Promise<void> {
    const runtime = runtimes[at]!;
    const process = await ServerProcess.start(runtime, script, this.#arguments);
    this.#processes[at] = process;
    this.servers[at] = new TestServer(runtime, process);
  }

  /** Waits until each process knows all others. Over an engine, they do from the start. */
  async #meet(): Promise<void> {
    if (this.#engine !== undefined) return;
    for (const server of this.servers) {
      await until(async () => JSON.parse((await server.get("/reach")).body) === runtimes.length);
    }
  }

  #closeClients(): void {
    for (const server of [...this.servers, ...this.#gone]) server[Symbol.dispose]();
  }
}

function openKeeper(folder: string, settings: object): Bus {
  return localBus({ ...settings, name: "sessions", folder, log: () => {} });
}

/** What has happened in a process. */
export async function recordOf(server: TestServer, id: string): Promise<SessionRecord> {
  return JSON.parse((await server.get(`/record?id=${id}`)).body);
}

/** How many connections the application got in these processes. */
export async function countOpened(servers: readonly TestServer[], id: string): Promise<number> {
  const records = await Promise.all(servers.map((server) => recordOf(server, id)));
  return records.reduce((count, { opened }) => count + opened.length, 0);
}

/** Has a receiver at a carrier, which the owner knows of. */
export async function carriedReceiver(
  session: HttpSession,
  transport: ReceivingTransport,
): Promise<Receiving> {
  await session.send();
  const receiving = await session.pending(transport);
  // Messages between two processes keep their order.
  await session.send();
  return receiving;
}

/** Ends a pause of the application. */
export async function resume(server: TestServer, id: string): Promise<void> {
  assertEquals((await server.get(`/resume?id=${id}`)).status, 200);
}
