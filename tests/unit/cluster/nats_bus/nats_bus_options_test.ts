import { assertEquals, assertThrows } from "@std/assert";
import {
  givesUp,
  type NatsBusOptions,
  natsBusSettings,
} from "../../../../src/cluster/nats_bus/nats_bus_options.ts";
import type { NatsConnection } from "../../../../src/cluster/nats_bus/nats_client.ts";
import { FakeBucket } from "../../../support/fake_bucket.ts";

const connection: NatsConnection = {
  publish() {},
  subscribe: () => ({ unsubscribe() {} }),
  flush: () => Promise.resolve(),
  async *status() {},
  isClosed: () => false,
};

Deno.test("defaults are filled in, and a bucket is as good as a function that opens it", async () => {
  const { subject, timeout, open } = natsBusSettings({ connection });
  assertEquals({ subject, timeout, open }, { subject: "sockjs", timeout: 3000, open: undefined });
  const kv = new FakeBucket();
  assertEquals(await natsBusSettings({ connection, kv }).open?.(), kv);
  const opener = () => Promise.resolve(kv);
  assertEquals(natsBusSettings({ connection, kv: opener }).open, opener);
  assertEquals(natsBusSettings({ connection, subject: "a.b-1" }).subject, "a.b-1");
});

Deno.test("options that cannot be meant are refused", () => {
  const wrong: object[] = [
    {},
    { connection: {} },
    { connection, kv: {} },
    { connection, subject: "" },
    { connection, subject: "a..b" },
    { connection, subject: "a.*" },
    { connection, subject: "a:b" },
    { connection, timeout: 99 },
    { connection, log: "x" },
    { connection, name: "chat" },
    { connection: { ...connection, options: { noEcho: true } } },
    { connection: { ...connection, isClosed: () => true } },
  ];
  for (const options of wrong) {
    assertThrows(
      () => natsBusSettings(options as NatsBusOptions),
      Error,
      "Cannot make a NATS bus:",
    );
  }
});

Deno.test("whether the client gives up is read from its options", () => {
  const withOptions = (options?: object) => ({ ...connection, options }) as NatsConnection;
  assertEquals(givesUp(withOptions()), false);
  assertEquals(givesUp(withOptions({ maxReconnectAttempts: -1 })), false);
  assertEquals(givesUp(withOptions({ maxReconnectAttempts: 10 })), true);
});
