/**
 * A local bus in a process of its own, on any runtime.
 *
 * @module
 */

import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import type { Bus, BusListener, BusWatcher, Claim, Interruption } from "../../src/cluster/bus.ts";

const program = new URL("member.ts", import.meta.url);

/** A line of the program. */
interface Line {
  call?: number;
  result?: unknown;
  error?: { name: string; message: string };
  listener?: number;
  payload?: string;
  back?: Interruption;
  warning?: string;
  maxPayload?: number;
}

/** Milliseconds after which a call to a process that does not answer rejects, and to a frozen one. */
const callTimeout = 15_000;
const frozenTimeout = 500;

/** Its calls go to the process, line by line. */
export class BusProcess implements Bus {
  readonly runtime: RuntimeName;
  maxPayload = 0;
  readonly warnings: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #calls = new Map<number, (line: Line) => void>();
  readonly #ids = new Map<BusListener, number>();
  readonly #listeners = new Map<number, BusListener>();
  readonly #watchers = new Set<BusWatcher>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #read: Promise<void>;
  #lastNumber = 0;
  #isClosed = false;
  #isFrozen = false;

  private constructor(runtime: RuntimeName, [command = "", ...args]: readonly string[]) {
    this.runtime = runtime;
    this.#child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#read = this.#readLines();
  }

  /** Starts one; the options are those of `localBus`. */
  static async start(runtime: RuntimeName, options: object): Promise<BusProcess> {
    const command = await scriptCommand(runtime, program);
    if (command === undefined) throw new Error(`${runtime} is not here`);
    const process = new BusProcess(runtime, [...command, JSON.stringify(options)]);
    await process.#ready.promise;
    return process;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends the process a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
    this.#isFrozen = signal === "SIGSTOP" || this.#isFrozen && signal !== "SIGCONT";
  }

  /** Kills the process. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended();
  }

  publish(channel: string, payload: string): Promise<number> {
    return this.call("publish", channel, payload);
  }

  subscribe(channel: string, listener: BusListener): Promise<void> {
    const id = ++this.#lastNumber;
    this.#ids.set(listener, id);
    this.#listeners.set(id, listener);
    return this.call("subscribe", channel, id);
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    const id = this.#ids.get(listener);
    if (id === undefined) return Promise.resolve();
    this.#listeners.delete(id);
    return this.call("unsubscribe", channel, id);
  }

  claim(key: string, value: string, ttl: number): Promise<string> {
    return this.call("claim", key, value, ttl);
  }

  find(key: string): Promise<string | undefined> {
    return this.call("find", key);
  }

  renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    return this.call("renew", claims, ttl);
  }

  release(key: string, value: string): Promise<void> {
    return this.call("release", key, value);
  }

  watch(watcher: BusWatcher): void {
    this.#watchers.add(watcher);
  }

  /** Closes the bus and ends the process. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.call("close");
    await this.#writer.close();
    await this.ended();
  }

  /** Calls a method of the bus, or one of the program's own. */
  async call<Result>(method: string, ...args: unknown[]): Promise<Result> {
    if (this.#isClosed) throw new Error("The process has ended");
    const call = ++this.#lastNumber;
    const { promise, resolve } = Promise.withResolvers<Line>();
    this.#calls.set(call, resolve);
    const timer = setTimeout(
      () => resolve({ error: { name: "Error", message: `${method}: no answer` } }),
      this.#isFrozen ? frozenTimeout : callTimeout,
    );
    const line = `${JSON.stringify({ call, method, arguments: args })}\n`;
    // Not awaited: a frozen process takes nothing.
    this.#writer.write(new TextEncoder().encode(line)).catch(() => {});
    const { result, error } = await promise;
    clearTimeout(timer);
    this.#calls.delete(call);
    if (error === undefined) return result as Result;
    throw error.name === "RangeError" ? new RangeError(error.message) : new Error(error.message);
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    this.#isClosed = true;
    await this.#read;
    await this.#child.status;
    for (const resolve of this.#calls.values()) {
      resolve({ error: { name: "Error", message: "The process has ended" } });
    }
  }

  async #readLines(): Promise<void> {
    const decoded = this.#child.stdout.pipeThrough(new TextDecoderStream());
    let parts: string[] = [];
    for await (const chunk of decoded) {
      const [first = "", ...others] = chunk.split("\n");
      parts.push(first);
      for (const other of others) {
        this.#take(JSON.parse(parts.join("")));
        parts = [other];
      }
    }
  }

  #take(line: Line): void {
    if (line.maxPayload !== undefined) {
      this.maxPayload = line.maxPayload;
      this.#ready.resolve();
    } else if (line.call !== undefined) this.#calls.get(line.call)?.(line);
    else if (line.listener !== undefined) this.#listeners.get(line.listener)?.(line.payload!);
    else if (line.back !== undefined) { for (const { back } of this.#watchers) back?.(line.back); }
    else if (line.warning !== undefined) this.warnings.push(line.warning);
  }
}
