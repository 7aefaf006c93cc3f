/**
 * An engine of the tests' own, which many processes use as their bus: Redis or NATS.
 *
 * @module
 */

import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { createClient } from "redis";
import { bucketName } from "./engine_bus.ts";
import { isPresent } from "./executables.ts";
import { hasNatsServer, NatsServer } from "./nats_server.ts";
import { RedisServer } from "./redis_server.ts";

/** Those that there are. */
export const engineNames = ["redis", "nats"] as const;
export type EngineName = typeof engineNames[number];

/** Whether tests with it run. */
export function hasEngine(name: EngineName): boolean {
  return name === "redis" ? isPresent("redis-server") : hasNatsServer;
}

/** A process that can be stopped and started again. */
export abstract class Engine implements AsyncDisposable {
  abstract readonly name: EngineName;
  /** The address for `openEngineBus`. */
  abstract readonly url: string;

  /** Resolves when it takes connections. */
  static async start(name: EngineName): Promise<Engine> {
    return name === "redis"
      ? new RedisEngine(await RedisServer.open())
      : new NatsEngine(await NatsServer.start());
  }

  /** Starts it again. */
  abstract start(): Promise<void>;
  /** Kills it. It may keep its data for the next start. */
  abstract kill(keeps: boolean): Promise<void>;
  abstract signal(signal: "SIGSTOP" | "SIGCONT"): void;
  /** All keys that servers have there. */
  abstract keys(): Promise<string[]>;
  abstract [Symbol.asyncDispose](): Promise<void>;

  /** Suspends it for so many milliseconds. */
  async freeze(ms: number): Promise<void> {
    this.signal("SIGSTOP");
    try {
      await new Promise((resolve) => setTimeout(resolve, ms));
    } finally {
      this.signal("SIGCONT");
    }
  }
}

/** Redis. */
export class RedisEngine extends Engine {
  override readonly name = "redis";
  readonly #server: RedisServer;

  constructor(server: RedisServer) {
    super();
    this.#server = server;
  }

  override get url(): string {
    return this.#server.url();
  }

  override start(): Promise<void> {
    return this.#server.start();
  }

  override kill(keeps: boolean): Promise<void> {
    return this.#server.kill(keeps);
  }

  override signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#server.signal(signal);
  }

  /** Sends a command. */
  async command(command: string): Promise<void> {
    if (!await this.#server.does(command)) throw new Error(`Redis is not there: ${command}`);
  }

  override async keys(): Promise<string[]> {
    const client = await createClient({ url: this.url }).connect();
    try {
      return await client.keys("sj:*");
    } finally {
      client.destroy();
    }
  }

  override [Symbol.asyncDispose](): Promise<void> {
    return this.#server.close();
  }
}

class NatsEngine extends Engine {
  override readonly name = "nats";
  readonly #server: NatsServer;

  constructor(server: NatsServer) {
    super();
    this.#server = server;
  }

  override get url(): string {
    return `nats://127.0.0.1:${this.#server.port}`;
  }

  override start(): Promise<void> {
    return this.#server.start();
  }

  override async kill(keeps: boolean): Promise<void> {
    await this.#server.kill();
    if (!keeps) await this.#server.empty();
  }

  override signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#server.signal(signal);
  }

  override async keys(): Promise<string[]> {
    const connection = await connect({ servers: `127.0.0.1:${this.#server.port}` });
    try {
      const bucket = await new Kvm(connection).open(bucketName);
      const names = await Array.fromAsync(await bucket.keys());
      return names.map((name) => name.replaceAll("/", ":")).filter((key) => key.startsWith("sj:"));
    } finally {
      await connection.close();
    }
  }

  override [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}
