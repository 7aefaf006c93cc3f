import { assertEquals } from "@std/assert";
import { natsBus } from "../../../../src/cluster/nats_bus/nats_bus.ts";
import { microtasks } from "../../../support/fake_time.ts";

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
