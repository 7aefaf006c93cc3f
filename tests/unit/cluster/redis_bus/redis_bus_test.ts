import { assertThrows } from "@std/assert";
import { redisBus, type RedisBusOptions } from "../../../../src/cluster/redis_bus/redis_bus.ts";

/** Options with clients that do nothing. */
function clients(): RedisBusOptions {
  const client = () => ({
    isOpen: true,
    isReady: false,
    connect: () => Promise.resolve(),
    sendCommand: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    unsubscribe: () => Promise.resolve(),
    on() {},
    off() {},
  });
  return { client: client(), subscriber: client() };
}

Deno.test("no two open buses have the same subscriber", async () => {
  const { client, subscriber } = clients();
  const bus = redisBus({ client, subscriber });
  assertThrows(
    () => redisBus({ client, subscriber }),
    TypeError,
    "another one uses the same subscriber",
  );
  const other = redisBus({ client, subscriber: clients().subscriber });
  await Promise.all([bus.close(), other.close()]);
  await redisBus({ client, subscriber }).close();
});
