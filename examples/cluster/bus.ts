/**
 * The bus that the command line chooses.
 *
 * @module
 */

import { type Bus, localBus } from "../../src/adapters/cluster.ts";
import { fail } from "../command_line.ts";

/** A bus, and what ends it with its connections. */
export interface OpenBus {
  readonly bus: Bus;
  close(): Promise<void>;
}

/** What a module for an engine has. */
interface EngineModule {
  /** Connects, and ends the connection. Rejects if the engine cannot be used. */
  check(url: URL): Promise<void>;
  /** Opens a bus. It waits for an engine that is away, and connects again by itself. */
  open(url: URL): Promise<OpenBus>;
}

/** A program that carries the messages of several machines, by its option. */
const engines = {
  redis: {
    name: "Redis",
    example: "redis://127.0.0.1:6379",
    protocols: ["redis:", "rediss:"],
    load: (): Promise<EngineModule> => import("./redis.ts"),
  },
  nats: {
    name: "NATS",
    example: "nats://127.0.0.1:4222",
    protocols: ["nats:", "tls:"],
    load: (): Promise<EngineModule> => import("./nats.ts"),
  },
};

/** Milliseconds that an engine has to answer at the start. */
const longestCheck = 5000;

/** An engine, and where it is. */
export interface Engine {
  readonly option: keyof typeof engines;
  readonly name: string;
  readonly url: URL;
}

/** The engine of `--redis` or `--nats`, if there is one. What is no URL ends the process. */
export function chosenEngine(
  options: { readonly redis?: string; readonly nats?: string },
): Engine | undefined {
  if (options.redis !== undefined && options.nats !== undefined) {
    fail("--redis and --nats exclude each other");
  }
  for (const option of ["redis", "nats"] as const) {
    const value = options[option];
    if (value === undefined) continue;
    const { name, example, protocols } = engines[option];
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !protocols.includes(url.protocol) || url.hostname === "") {
      return fail(`--${option} takes a URL such as ${example}, not "${value}"`);
    }
    return { option, name, url };
  }
  return undefined;
}

/** Ends the process if the engine cannot be used. */
export async function checkEngine({ option, name, url }: Engine): Promise<void> {
  const { check } = await engines[option].load();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${longestCheck} ms`)),
      longestCheck,
    );
  });
  try {
    await Promise.race([check(url), late]);
  } catch (error) {
    const { message, code } = error as { message?: string; code?: string };
    // Not the whole URL, which may have a password.
    fail(`the ${name} at ${url.host} cannot be used (${message || code})`);
  } finally {
    clearTimeout(timer);
  }
}

/** Opens the bus: that of the engine, or the local one of this name. */
export async function openBus(engine: Engine | undefined, name: string): Promise<OpenBus> {
  if (engine !== undefined) return await (await engines[engine.option].load()).open(engine.url);
  const bus = localBus({ name });
  return { bus, close: () => bus.close() };
}
