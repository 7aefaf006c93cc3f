import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionGate } from "../../../../src/cluster/nats_bus/connection_gate.ts";
import { fakeTime, microtasks } from "../../../support/fake_time.ts";

Deno.test("calls wait while the gate is closed, and go on together", async () => {
  const gate = new ConnectionGate(3000);
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

Deno.test("calls whose time is over are let go when others come", async () => {
  using time = fakeTime();
  const gate = new ConnectionGate(3000);
  gate.close();
  const old = [gate.opened(), gate.opened()];
  time.tick(3000);
  const rejected = old.map((each) => assertRejects(() => each, Error, "no connection"));
  const fresh = gate.opened();
  await Promise.all(rejected);
  assertEquals(gate.waitingCount, 1);
  gate.open();
  await fresh;
  assertEquals(gate.waitingCount, 0);
});
