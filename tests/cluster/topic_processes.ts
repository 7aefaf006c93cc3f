/**
 * The processes of a cluster, one on each runtime, for tests that are its clients.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TestServer } from "../support/test_server.ts";
import { TopicClient } from "../support/topic_client.ts";
import { until } from "../support/until.ts";

const script = new URL("topic_server.ts", import.meta.url);
const runtimes = ["deno", "bun", "node24", "node20"] as const satisfies RuntimeName[];

let lastTopic = 0;

/** A topic that no other test has. */
export function newTopic(): string {
  return `topic ${++lastTopic}`;
}

/** The messages that `publishMany` publishes. */
export function numbered(name: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => `${name} ${first + at}`);
}

/** Each has the services of `topic_server.ts`. */
export class TopicProcesses implements AsyncDisposable {
  readonly servers: TestServer[];
  readonly #processes: ServerProcess[];
  readonly #folder: string;

  private constructor(processes: ServerProcess[], folder: string) {
    this.#processes = processes;
    this.#folder = folder;
    this.servers = processes.map((process, at) => new TestServer(runtimes[at]!, process));
  }

  /** Starts them; the settings are those of the local bus. */
  static async start(settings: object): Promise<TopicProcesses> {
    const folder = await Deno.makeTempDir({ prefix: "topics-" });
    const options = ["--folder", folder, "--settings", JSON.stringify(settings)];
    const processes = await Promise.all(
      runtimes.map((runtime) => ServerProcess.start(runtime, script, options)),
    );
    const all = new TopicProcesses(processes, folder);
    for (const server of all.servers) await all.reaches(server, runtimes.length);
    return all;
  }

  /** Waits until the bus has confirmed what the servers have subscribed to so far. */
  async settled(): Promise<void> {
    for (const server of this.servers) assertEquals((await server.get("/settled")).status, 200);
  }

  /** Waits until a message of a process reaches so many, itself included. */
  async reaches(server: TestServer, count: number): Promise<void> {
    await until(async () => JSON.parse((await server.get("/reach")).body) === count);
  }

  /** How many gaps a process has told, for each of its services. */
  async gaps(server: TestServer): Promise<number[]> {
    return JSON.parse((await server.get("/gaps")).body);
  }

  /**
   * Registers a test, after which all clients are gone and no process may have printed anything, but that
   * another one does not answer, or does again.
   */
  test(name: string, run: () => Promise<void>): void {
    Deno.test(`topics of a cluster: ${name}`, async () => {
      try {
        await run();
        const printed = this.servers.map(({ stderr }) => stderr).join("").split("\n");
        assertEquals(printed.filter((line) => !/^$|^Process \d+ of the bus /.test(line)), []);
      } finally {
        this.#closeClients();
      }
    });
  }

  /** A client on each server that subscribes to topics, which the bus has confirmed. */
  async subscribers(service: string, ...topics: string[]): Promise<TopicClient[]> {
    const clients = await Promise.all(
      this.servers.map((server) => TopicClient.open(server, service, ...topics)),
    );
    await this.settled();
    return clients;
  }

  #closeClients(): void {
    for (const server of this.servers) server[Symbol.dispose]();
  }

  async kill(at: number): Promise<void> {
    this.servers.splice(at, 1);
    await this.#processes.splice(at, 1)[0]!.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closeClients();
    for (const process of this.#processes) await process.kill();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
