import { assertEquals, assertMatch } from "@std/assert";
import { client } from "../../../src/adapters/served_client.ts";

Deno.test("the client is that of the package sockjs-client", async () => {
  const file = new URL("../../../node_modules/sockjs-client/", import.meta.url);
  assertEquals(client.source, await Deno.readTextFile(new URL("dist/sockjs.min.js", file)));
  const { version } = JSON.parse(await Deno.readTextFile(new URL("package.json", file)));
  assertEquals(client.version, version);
});

Deno.test("the client's integrity is the SHA-384 of its source", async () => {
  const bytes = new TextEncoder().encode(client.source);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-384", bytes));
  assertEquals(client.integrity, `sha384-${digest.toBase64()}`);
});

Deno.test("the client says which version it is", () => {
  assertMatch(client.version, /^1\.\d+\.\d+$/);
});
