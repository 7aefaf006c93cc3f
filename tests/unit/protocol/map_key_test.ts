import { assert, assertEquals } from "@std/assert";
import { keyOf, textOf } from "../../../src/protocol/map_key.ts";

Deno.test("a key gives its text back, and is no number", () => {
  for (const text of ["", "0", "4294967295", "room", "\u{1F600}", "\ud800"]) {
    const key = keyOf(text);
    assertEquals(textOf(key), text);
    assert(Number.isNaN(Number(key)));
  }
});

Deno.test("the key for a text differs from process to process", async () => {
  const module = new URL("../../../src/protocol/map_key.ts", import.meta.url).href;
  const code = `console.log((await import(${JSON.stringify(module)})).keyOf("room"))`;
  const args = ["eval", "--no-config", code];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "null" }).output();
  const key = new TextDecoder().decode(stdout).trim();
  assert(key.endsWith("room"));
  assert(key !== keyOf("room"));
});
