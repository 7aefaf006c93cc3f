import { assertEquals, assertRejects } from "@std/assert";
import { natsBus, type NatsBusOptions } from "../../../../src/cluster/nats_bus/nats_bus.ts";
import type { NatsStatus } from "../../../../src/cluster/nats_bus/nats_client.ts";
import { fakeTime, microtasks } from "../../../support/fake_time.ts";

Deno.test("events of a connection that fail are told, and end no process", async () => {
  const lines: string[] = [];
  const bus = natsBus({
    connection: {
      publish() {},
      subscribe: () => ({ unsubscribe() {} }),
      flush: () => Promise.resolve(),
      // deno-lint-ignore require-yield
      async *status() {
        throw new Error("no events");
      },
      isClosed: () => false,
    },
    log: (line) => lines.push(line),
  });
  await microtasks();
  assertEquals(lines, ["The bus does not learn of interruptions any more: Error: no events"]);
  await bus.close();
});

/** A connection that tells of some events, to a server that answers nothing, and a bucket. */
function silent(statuses: object[]): NatsBusOptions {
  const never = () => new Promise<never>(() => {});
  return {
    connection: {
      publish() {},
      subscribe: () => ({ unsubscribe() {} }),
      flush: never,
      async *status() {
        yield* statuses as NatsStatus[];
        await never();
      },
      isClosed: () => false,
    },
    kv: { get: never, put: never, delete: never, status: never },
  };
}

Deno.test("errors of NATS are told once for each kind, however many subjects they name", async () => {
  const errors = Array.from({ length: 300 }, (_, at) => new Error(`no right to ${at}`));
  errors[1]!.name = "OtherError";
  const lines: string[] = [];
  const statuses = errors.map((error) => ({ type: "error", error }));
  const options = silent(statuses);
  options.connection.flush = () => Promise.resolve();
  const bus = natsBus({ ...options, log: (line) => lines.push(line) });
  for (let turn = 0; turn < 100; turn++) await microtasks();
  assertEquals(lines, [0, 1].map((at) => `NATS tells of an error: no right to ${at}`));
  await bus.close();
});

Deno.test("a server that answers nothing makes calls for claims pile up to a number", async () => {
  using time = fakeTime();
  const { connection, kv } = silent([]);
  const bus = natsBus({ connection, kv, log() {} });
  const reasons = new Map<string, number>();
  const count = ({ message }: Error) => void reasons.set(message, (reasons.get(message) ?? 0) + 1);
  for (let at = 0; at < 16_400; at++) bus.find("key").catch(count);
  await microtasks();
  const refused = "67108864 bytes wait for the NATS server already";
  assertEquals([...reasons], [[refused, 16_400 - 16_384]]);
  await time.tickAsync(3000);
  await assertRejects(() => bus.find("key"), Error, refused);
  await assertRejects(() => bus.publish("channel", ""), Error, refused);
  const closed = bus.close();
  await time.tickAsync(3000);
  await closed;
});
