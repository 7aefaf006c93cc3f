/** Tests of detaching SockJS servers from an HTTP server. */

import { assert, assertEquals } from "@std/assert";
import { HttpConnection } from "../support/raw_http.ts";
import { handshake } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const detaching = new Programs("detaching.ts");

const orders = ["abc", "acb", "bac", "bca", "cab", "cba"];

/** The status of the response to a request and to an upgrade. */
async function statuses(it: Program, server: string, path: string): Promise<[number, number]> {
  const { status } = await it.get(server, path);
  using connection = await HttpConnection.open(await it.port(server));
  await connection.send({ path, headers: { ...handshake } });
  return [status, (await connection.head()).status];
}

for (const order of orders) {
  detaching.test(`three that go in the order ${order} leave all to the application`, async (it) => {
    await it.ask("begin");
    for (const [at, gone] of [...order].entries()) {
      await it.ask("detach", gone);
      for (const [place, name] of [...order].entries()) {
        const { body } = await it.get("server", `/${name}`);
        assertEquals(body, place > at ? "Welcome to SockJS!\n" : `application /${name}`);
        const expected = place > at ? [200, 101] : [200, 418];
        assertEquals(await statuses(it, "server", `/${name}/websocket`), [
          place > at ? 400 : 200,
          expected[1],
        ]);
      }
      assertEquals(await statuses(it, "server", "/x"), [200, 418]);
      // The remaining services answer requests that no other listener handles.
      if (at < 2) assertEquals(await statuses(it, "alone", "/x"), [404, 404]);
    }
    assertEquals(await it.ask("isAsBefore"), true);
  });
}

detaching.test("a server that is detached and installed again serves again", async (it) => {
  await it.ask("begin");
  for (const name of "abca") {
    await it.ask("detach", name);
    assertEquals((await it.get("server", `/${name}`)).body, `application /${name}`);
    await it.ask("install", name);
    assertEquals((await it.get("server", `/${name}`)).body, "Welcome to SockJS!\n");
  }
  for (const name of "abc") await it.ask("detach", name);
  assertEquals(await it.ask("isAsBefore"), true);
});

detaching.test("open connections stay open after their server is detached", async (it) => {
  await it.ask("begin");
  const socket = await it.websocket("server", "/a/websocket");
  const [poll, stream] = [await it.connect("server"), await it.connect("server")];
  assertEquals((await it.post("server", "/a/0/poll/xhr")).body, "o\n");
  await poll.send({ method: "POST", path: "/a/0/poll/xhr" });
  await stream.send({ method: "POST", path: "/a/0/stream/xhr_streaming" });
  await stream.head();
  assertEquals([(await stream.chunk())?.length, await stream.chunk()], [2049, "o\n"]);
  // On another connection, but answered: the poll before it has reached the server.
  await it.get("server", "/a/info");
  for (const name of "bac") await it.ask("detach", name);

  await socket.sendText("hello");
  assertEquals(await socket.message(), "hello");
  await it.ask("broadcast", "to all");
  assertEquals(await socket.message(), "to all");
  assertEquals(await stream.chunk(), 'a["to all"]\n');
  assertEquals((await poll.response()).body, 'a["to all"]\n');
  // The same connection, which is now the application's.
  const { body } = await poll.exchange({ path: "/a/info" });
  assert(body.startsWith("application"), body);
});
