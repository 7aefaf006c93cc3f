import { assertEquals } from "@std/assert";
import { ConnectionGate } from "../../../../src/cluster/nats_bus/connection_gate.ts";
import { microtasks } from "../../../support/fake_time.ts";

Deno.test("calls wait while the gate is closed, and go on together", async () => {
  const gate = new ConnectionGate();
  let passed = 0;
  const pass = () => gate.opened().then(() => passed++);
  pass();
  await microtasks();
  assertEquals([passed, gate.isOpen], [1, true]);
  gate.close();
  pass();
  gate.close();
  pass();
  await microtasks();
  assertEquals([passed, gate.isOpen], [1, false]);
  gate.open();
  await microtasks();
  assertEquals([passed, gate.isOpen], [3, true]);
  await gate.opened();
});
