/**
 * The engine that connects the processes of a cluster: a Redis or NATS of the benchmark's own.
 *
 * @module
 */

import { generatorCore } from "./cores.ts";

/** What connects the processes of a cluster: a local bus, one client for Redis or another, or NATS. */
export const busNames = ["local", "redis", "ioredis", "bun", "nats"] as const;

/** One of them. */
export type BusName = typeof busNames[number];

/** It shares a core with the load generator: the servers have the other one to themselves. */
export class Engine implements AsyncDisposable {
  /** What servers are told: the name of the client, and where the engine is. */
  readonly address: string;
  readonly #port: number;
  readonly #monitorPort: number;
  readonly #folder: string;
  readonly #isNats: boolean;
  readonly #child: Deno.ChildProcess;

  private constructor(bus: BusName, ports: readonly [number, number], folder: string) {
    [this.#port, this.#monitorPort] = ports;
    this.#folder = folder;
    this.#isNats = bus === "nats";
    this.address = `${bus}://127.0.0.1:${this.#port}`;
    const command = this.#isNats
      ? ["nats-server", "-js", "-a", "127.0.0.1", "-p", ports[0], "-m", ports[1], "-sd", folder]
      : ["redis-server", "--bind", "127.0.0.1", "--port", ports[0], "--dir", folder, "--save", ""];
    this.#child = new Deno.Command("taskset", {
      args: ["--cpu-list", ...[generatorCore, ...command].map(String)],
      // Debian has servers where only root looks.
      env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin` },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Starts one, and waits until it answers. */
  static async start(bus: BusName): Promise<Engine> {
    const engine = new Engine(bus, [freePort(), freePort()], await Deno.makeTempDir());
    for (let tries = 0;; tries++) {
      try {
        await engine.operations();
        return engine;
      } catch (error) {
        if (tries < 200) await new Promise((resolve) => setTimeout(resolve, 20));
        else throw new Error(`Cannot start an engine for ${bus}`, { cause: error });
      }
    }
  }

  /** The system's number for it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** How often each command was called, or how many messages have come, since it was started. */
  async operations(): Promise<Map<string, number>> {
    if (this.#isNats) return new Map([["message", (await this.#monitor("varz")).in_msgs ?? 0]]);
    const counts = (await this.#info("commandstats")).matchAll(/^cmdstat_(\S+):calls=([0-9]+)/gm);
    const all = new Map([...counts].map(([, name = "", count]) => [name, Number(count)]));
    all.delete("info");
    return all;
  }

  /** Bytes that its data take: in memory, or in the store of JetStream. */
  async bytes(): Promise<number> {
    if (this.#isNats) return (await this.#monitor("jsz")).storage ?? 0;
    return Number(/^used_memory:([0-9]+)/m.exec(await this.#info("memory"))?.[1]);
  }

  /** How many keys it has, or messages in its store. */
  async keys(): Promise<number> {
    if (this.#isNats) return (await this.#monitor("jsz")).messages ?? 0;
    return Number(/^db0:keys=([0-9]+)/m.exec(await this.#info("keyspace"))?.[1] ?? 0);
  }

  /** Bytes that it has resident. */
  async resident(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.pid}/status`);
    return Number(/^VmRSS:\s*([0-9]+)/m.exec(status)?.[1]) * 1024;
  }

  /** CPU seconds that it has taken, to a hundredth. */
  async cpu(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.pid}/stat`);
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11).map(Number);
    return (user! + system!) / 100;
  }

  /** Ends it. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #info(section: string): Promise<string> {
    // Whoever stops reading closes it.
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
    await connection.write(new TextEncoder().encode(`INFO ${section}\r\n`));
    let text = "";
    for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
      text += part;
      const [head, length] = /^\$([0-9]+)\r\n/.exec(text) ?? [];
      if (head !== undefined && text.length >= head.length + Number(length)) break;
    }
    return text;
  }

  async #monitor(page: string): Promise<Record<string, number | undefined>> {
    return await (await fetch(`http://127.0.0.1:${this.#monitorPort}/${page}`)).json();
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
