import { assertEquals } from "@std/assert";
import {
  type BuiltInListener,
  BuiltInRedisAdapter,
  type BuiltInRedisClient,
} from "../../../../src/cluster/redis_bus/built_in_redis.ts";

/** A client of Valkey, which keeps its listeners when it is connected again. */
class ClientOfValkey implements BuiltInRedisClient {
  connected = true;
  onconnect: unknown = null;
  onclose: unknown = null;
  readonly #listeners = new Map<string, BuiltInListener[]>();
  /** What Valkey knows of. */
  #subscribed = new Set<string>();

  connect(): Promise<unknown> {
    return Promise.resolve();
  }

  send(): Promise<unknown> {
    return Promise.resolve();
  }

  subscribe(channels: string[], listener: BuiltInListener): Promise<unknown> {
    for (const channel of channels) {
      this.#subscribed.add(channel);
      this.#listeners.set(channel, [...this.#listeners.get(channel) ?? [], listener]);
    }
    return Promise.resolve();
  }

  unsubscribe(channels: string[]): Promise<unknown> {
    if (this.#subscribed.size === 0) this.connected = false;
    for (const channel of channels) {
      this.#listeners.delete(channel);
      this.#subscribed.delete(channel);
    }
    return this.connected ? Promise.resolve() : Promise.reject(new Error("NOSUB"));
  }

  /** Its connection ends, and it has another one. */
  reconnect(): void {
    this.#subscribed = new Set();
    (this.onconnect as () => void)();
  }

  publish(channel: string, message: string): void {
    if (!this.#subscribed.has(channel)) return;
    for (const listener of this.#listeners.get(channel) ?? []) listener(message, channel);
  }

  get subscribed(): string[] {
    return [...this.#subscribed];
  }
}

Deno.test("it subscribes anew without unsubscribing on a connection that has no subscription", async () => {
  const client = new ClientOfValkey();
  const got: string[] = [];
  const adapter = new BuiltInRedisAdapter(client, {
    ready() {},
    lost() {},
    failed() {},
    message: (channel, payload) => got.push(`${channel} ${payload}`),
  });
  await adapter.subscribe(["one", "two"]);
  for (const round of ["first", "second"]) {
    client.reconnect();
    await adapter.subscribe(["one", "two", round]);
    assertEquals(client.connected, true);
    assertEquals(client.subscribed, ["one", "two", round]);
    client.publish("one", round);
  }
  assertEquals(got, ["one first", "one second"]);
});
