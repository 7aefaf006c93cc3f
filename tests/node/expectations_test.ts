/**
 * Tests of refused handshakes that carry `Expect`, and of the next request on their connection.
 */

import { assertEquals } from "@std/assert";
import { handshake } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";

const expectations = new Programs("expectations.ts");

const servers = ["plain", "answering", "handing", "first"];
const paths = ["/echo/websocket", "/slow/0/1/websocket", "/echo/0/1/websocket"];
const fields: Record<string, string>[] = [
  {},
  { "Expect": "nothing" },
  { "Expect": "100-continue" },
  { "eXPECT": "100-Continue, nothing", "Connection": "keep-alive , Upgrade" },
  { "X-First": "1" },
  { "Content-Length": "0" },
];

for (const server of servers) {
  expectations.test(`${server}: no other request gets the response of a refused handshake`, async (it) => {
    for (const path of paths) {
      for (const headers of fields) {
        const connection = await it.connect(server);
        await connection.send({ path, headers: { ...handshake, ...headers } });
        const refused = await connection.response("GET");
        const isFirst = server === "first" && "X-First" in headers;
        assertEquals(
          [refused.status, refused.body],
          isFirst ? [200, "first"] : [401, "for one client only"],
        );
        for (const other of ["/echo", path]) {
          await connection.send({ path: other });
          const { status, body, header } = await connection.response("GET");
          const expected = other === "/echo"
            ? [200, "Welcome to SockJS!\n"]
            : [400, "Not a valid websocket request"];
          assertEquals([status, body, header("set-cookie")], [...expected, undefined]);
        }
      }
    }
  });
}

expectations.test("a request behind a refused handshake gets its own response", async (it) => {
  for (const server of servers) {
    for (const Expect of ["", "nothing"]) {
      const connection = await it.connect(server);
      const lines = Object.entries({ Host: "x", ...handshake, ...(Expect && { Expect }) });
      const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      const next = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";
      await connection.write(`GET /echo/websocket HTTP/1.1\r\n${head}\r\n${next}`);
      assertEquals((await connection.response("GET")).status, 401);
      const { status, body, header } = await connection.response("GET");
      assertEquals([status, body, header("set-cookie")], [200, "Welcome to SockJS!\n", undefined]);
    }
  }
}, { bun: "its node:http ends connections on which requests came behind an upgrade" });
