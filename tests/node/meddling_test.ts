/** Tests of requests that other code has changed or begun to read before SockJS gets them. */

import { assert, assertEquals } from "@std/assert";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const meddling = new Programs("meddling.ts");

const text = "\u20ac \u{1f600} \ufeff";

/** The status of a send, and the message that its session receives. */
async function send(it: Program, server: string, before: string): Promise<[number, string]> {
  const base = `/echo/0/${crypto.randomUUID()}`;
  assertEquals((await it.post("server", `${base}/xhr`)).body, "o\n");
  const { status } = await it.request(server, {
    method: "POST",
    path: `${base}/xhr_send`,
    headers: { "X-Before": before },
    body: JSON.stringify([text]),
  });
  if (status === 204) return [status, (await it.post("server", `${base}/xhr`)).body];
  return [status, ""];
}

const harmless = [
  "utf8",
  "base64",
  "latin1",
  "paused",
  "listened",
  "readable",
  "iterated",
  "fields",
];

for (const before of harmless) {
  meddling.test(`a send is complete after other code has touched it: ${before}`, async (it) => {
    for (const server of ["server", "atOnce"]) {
      // In Node, the body has come to those who listen before it is handed on.
      if (server === "server" && before === "listened") continue;
      const [status, frame] = await send(it, server, before);
      assertEquals([status, JSON.parse(frame.slice(1))], [204, [text]], server);
    }
  });
}

for (const before of ["read", "begun"]) {
  meddling.test(`a send that other code has read is refused, with a line in the log: ${before}`, async (it) => {
    assertEquals(await send(it, "server", before), [400, ""]);
    // Once for all of them.
    await it.ask("logged");
    assertEquals(await send(it, "server", before), [400, ""]);
    assertEquals(await it.ask("logged"), []);
  });
}

meddling.test("a response that other code has sent or begun is left alone", async (it) => {
  for (
    const [before, status, body] of [["ended", 200, "ended"], ["head", 418, "others"]] as const
  ) {
    for (const path of ["/echo", "/echo/info", "/echo/0/1/xhr", "/echo/0/1/xhr_streaming"]) {
      const method = path.includes("xhr") ? "POST" : "GET";
      for (const server of ["server", "atOnce"]) {
        const headers = { "X-Before": before };
        const response = await it.request(server, { method, path, headers });
        assertEquals([response.status, response.body], [status, body]);
      }
    }
  }
  // A request that other code has answered opens no session.
  assertEquals((await it.post("server", "/echo/0/1/xhr")).body, "o\n");
  await it.ask("logged");
});

meddling.test("a response has the right length, whatever other code has set", async (it) => {
  const headers = { "X-Before": "fields" };
  const page = await it.request("server", { path: "/echo", headers });
  assertEquals([page.body, page.header("x-own")], ["Welcome to SockJS!\n", "1"]);
  const path = `/echo/0/${crypto.randomUUID()}/xhr_streaming`;
  const connection = await it.connect("server");
  await connection.send({ method: "POST", path, headers });
  assertEquals((await connection.head()).header("content-length"), undefined);
  assertEquals([(await connection.chunk())?.length, await connection.chunk()], [2049, "o\n"]);
});

/** What ends a response in the middle, or before its begin. */
const harmful = [
  ...["destroyed", "destroyed answer", "writeHead", "write", "end", "setHeader", "on", "resumed"],
  "ended later",
];

for (const before of harmful) {
  meddling.test(`a response that other code changes ends, and harms no other: ${before}`, async (it) => {
    const id = crypto.randomUUID();
    const requests = [
      ["GET", "/echo"],
      ["GET", "/echo/info"],
      ["POST", `/echo/0/${id}/xhr`],
      ["POST", `/echo/0/${id}/xhr`],
      ["POST", `/echo/0/s${id}/xhr_streaming`],
      ["GET", `/echo/0/e${id}/eventsource`],
      ["POST", `/echo/0/s${id}/xhr_send`],
      ["OPTIONS", `/echo/0/${id}/xhr`],
      ["GET", "/elsewhere"],
    ] as const;
    for (const server of ["server", "atOnce"]) {
      const isAlone = server === "server";
      for (const [method, path] of requests) {
        // Others than SockJS are to answer where they listen.
        if (path === "/elsewhere" && !isAlone) continue;
        const connection = await it.connect(server);
        const headers = { "X-Before": before };
        const body = method === "POST" ? `["${"x".repeat(300)}"]` : "";
        await connection.send({ method, path, headers, body });
        // It has a response, or breaks off; what waits, or goes on, does so.
        await Promise.race([
          connection.response(method).catch(() => {}),
          it.get("server", "/echo"),
        ]);
        connection.close();
      }
    }
    const base = `/echo/0/${crypto.randomUUID()}`;
    assertEquals((await it.post("server", `${base}/xhr`)).body, "o\n");
    assertEquals((await it.post("server", `${base}/xhr_send`, '["x"]')).status, 204);
    assertEquals((await it.post("server", `${base}/xhr`)).body, 'a["x"]\n');
    assert((await it.ask<string[]>("logged")).length < 20);
  });
}
