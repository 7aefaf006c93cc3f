import { assertEquals } from "@std/assert";
import { aCluster } from "../../../src/options/cluster_options.ts";
import { MemoryEngine } from "../../support/memory_bus.ts";

const bus = new MemoryEngine().open();

Deno.test("a cluster is a bus with a name that is not empty", () => {
  assertEquals(aCluster.test({ bus, name: "chat" }), true);
  const wrong = [null, "chat", {}, { bus }, { bus, name: "" }, { bus, name: 1 }, { name: "chat" }];
  const wrongBuses = [null, "redis://", {}, { ...bus, publish: () => {} }];
  for (const value of [...wrong, ...wrongBuses.map((bus) => ({ bus, name: "chat" }))]) {
    assertEquals(aCluster.test(value), false, JSON.stringify(value));
  }
});

Deno.test("a cluster has no other options", () => {
  assertEquals(aCluster.test({ bus, name: "chat", nmae: "x" }), false);
});

Deno.test("the name of a cluster is well-formed text of at most 200 characters", () => {
  for (const name of ["x", "x".repeat(200), "\u{1f600}", "\0"]) {
    assertEquals(aCluster.test({ bus, name }), true);
  }
  for (const name of ["x".repeat(201), "\ud800", "x\udc00", "\udc00\ud800"]) {
    assertEquals(aCluster.test({ bus, name }), false);
  }
});

Deno.test("a bus says how large its payloads may be, and takes at least 1,024 bytes", () => {
  for (const maxPayload of [1024, 1e6, Infinity, 1023, 0, -1, NaN, "1024", undefined]) {
    const bus = Object.assign(new MemoryEngine().open(), { maxPayload });
    const isFit = typeof maxPayload === "number" && maxPayload >= 1024;
    assertEquals(aCluster.test({ bus, name: "chat" }), isFit, `${maxPayload}`);
  }
});

Deno.test("what is wrong with a cluster is told", () => {
  const { publish, subscribe, unsubscribe, watch, maxPayload } = new MemoryEngine().open();
  const withoutRegistry = { publish, subscribe, unsubscribe, watch, maxPayload };
  const advice = (options: object) => aCluster.advice!({ bus, name: "chat", ...options });
  assertEquals(advice({}), undefined);
  assertEquals(advice({ sesions: true }), "it has no option sesions; write sessions");
  assertEquals(
    advice({ bus: {} }),
    "its bus must be " +
      "a bus such as localBus({ name }), whose maxPayload is at least 1024",
  );
  assertEquals(advice({ name: undefined })?.slice(0, 26), "its name must be a text of");
  assertEquals(advice({ sessions: 1 }), "its sessions must be a boolean");
  for (const name of ["answerTimeout", "peerTimeout"]) {
    for (const value of [0, 99, NaN, "100", 2 ** 30, null]) {
      assertEquals(advice({ [name]: value }), `its ${name} must be milliseconds from 100`);
    }
    assertEquals(advice({ [name]: 100 }), undefined);
  }
  for (const maxCarried of [0, 1.5, "1", Infinity]) {
    assertEquals(advice({ maxCarried }), "its maxCarried must be an integer from 1");
  }
  assertEquals(advice({ maxCarried: 1 }), undefined);
  assertEquals(advice({ bus: withoutRegistry }), undefined);
  assertEquals(
    advice({ bus: withoutRegistry, sessions: true }),
    "with sessions: true, its bus must have claim, find, renew, release",
  );
});
