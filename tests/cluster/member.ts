/**
 * A process with a local bus, which does what a test tells it. Lines of JSON go both ways: calls
 * `{ call, method, arguments }` in, results `{ call, result }` or `{ call, error }` and events out.
 *
 * @module
 */

import process from "node:process";
import type { BusListener } from "../../src/adapters/cluster.ts";
import { localBus } from "../../src/adapters/cluster.ts";

/** A call of a method. */
interface Call {
  call: number;
  method: string;
  arguments: unknown[];
}

const options = JSON.parse(process.argv.at(-1)!);
const bus = localBus({ ...options, log: (warning) => tell({ warning }) });
bus.watch({
  back(back) {
    if (back.lostClaims) held.clear();
    tell({ back });
  },
});
/** What this process believes to hold. */
const held = new Map<string, string>();
const listeners = new Map<number, BusListener>();

/** What a test may call besides the methods of the bus. */
const own: Record<string, (...args: never[]) => unknown> = {
  subscribe(channel: string, id: number) {
    const listener = (payload: string) => tell({ listener: id, payload });
    listeners.set(id, listener);
    return bus.subscribe(channel, listener);
  },
  unsubscribe(channel: string, id: number) {
    return bus.unsubscribe(channel, listeners.get(id) ?? (() => {}));
  },
  /** Subscribes to as many channels, which begin with the text. */
  async subscribeMany(start: string, count: number) {
    const channels = Array.from({ length: count }, (_, at) => `${start} ${at + 1}`);
    await Promise.all(channels.map((channel) => bus.subscribe(channel, () => {})));
  },
  /** Publishes as many payloads of the length, which others have some time to read. */
  async flood(channel: string, count: number, length: number) {
    const payload = "x".repeat(length);
    for (let sent = 0; sent < count; sent++) {
      await bus.publish(channel, payload);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await bus.publish(channel, "end");
  },
  /** Publishes as many payloads of the length in one piece of code. */
  burst,
  /** The same; then it closes the bus, and ends. */
  async publishAndEnd(channel: string, count: number, length: number) {
    burst(channel, count, length);
    await bus.close();
    process.exit();
  },
  /** The same; then it is killed. */
  publishAndDie(channel: string, count: number, length: number) {
    burst(channel, count, length);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 50);
  },
  /** Claims a key for ten minutes, and remembers it. */
  async hold(key: string, value: string) {
    if (await bus.claim(key, value, 600_000) === value) held.set(key, value);
  },
  held: () => [...held],
  /** Bytes of the process. */
  memory: () => process.memoryUsage().rss,
  /** Keeps the process busy for so many milliseconds. */
  block(ms: number) {
    const end = performance.now() + ms;
    while (performance.now() < end);
  },
};

function burst(channel: string, count: number, length: number): void {
  const payload = "x".repeat(length);
  for (let sent = 0; sent < count; sent++) bus.publish(channel, payload);
}

function tell(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function answer(line: string): Promise<void> {
  const { call, method, arguments: args }: Call = JSON.parse(line);
  try {
    const run = own[method] ?? (bus as unknown as typeof own)[method]!.bind(bus);
    tell({ call, result: await run(...args as never[]) });
  } catch (error) {
    const { name, message } = error as Error;
    tell({ call, error: { name, message } });
  }
}

let parts: string[] = [];
// Not by `readline`, which divides lines at U+2028, too.
process.stdin.setEncoding("utf8").on("data", (chunk: string) => {
  const [first = "", ...others] = chunk.split("\n");
  parts.push(first);
  for (const other of others) {
    answer(parts.join(""));
    parts = [other];
  }
}).on("end", () => process.exit(0));
tell({ maxPayload: bus.maxPayload });
