import { assertEquals } from "@std/assert";
import { unheldTimer } from "../../../src/event_loop/unheld_timer.ts";

Deno.test("a timer calls back, and does not keep the process alive", async () => {
  const keepsAlive = setTimeout(() => {}, 60_000);
  const timer: unknown = await new Promise((resolve) => {
    const own = unheldTimer(() => resolve(own), 1);
  });
  clearTimeout(keepsAlive);
  assertEquals((timer as { hasRef(): boolean }).hasRef(), false);
});
