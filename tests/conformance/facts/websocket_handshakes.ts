/** Section 6: valid and invalid websocket handshakes. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { handshake } from "../../support/raw_websocket.ts";

type Headers = Record<string, string>;

function without(...names: string[]): Headers {
  return Object.fromEntries(
    Object.entries(handshake).filter(([name]) => !names.includes(name)),
  );
}

const paths = ["/echo/000/ID/websocket", "/echo/websocket"];

const good: Record<string, Headers> = {
  "as the RFC has it": {},
  "with more in Connection": { Connection: "keep-alive, Upgrade" },
  "with other letters": { Connection: "uPGRADE", Upgrade: "WebSocket" },
  // Drafts whose frames are those of the RFC.
  "of draft 7": { "Sec-WebSocket-Version": "7" },
  "of draft 8": { "Sec-WebSocket-Version": "8" },
  "with an origin": { Origin: "http://example.com" },
  "with an extension": {
    "Sec-WebSocket-Extensions": "x-unknown; parameter=1",
  },
};

const plain: Record<string, Headers> = {
  "plain GET": {},
  "GET without Upgrade": without("Upgrade"),
  "GET without Connection": without("Connection"),
  "GET with Connection: keep-alive": {
    ...handshake,
    Connection: "keep-alive",
  },
  "GET with Connection: Upgrade only": { Connection: "Upgrade" },
};

/** What RFC 6455, section 4.2.1, wants besides. */
const malformed: Record<string, Headers> = {
  "GET with another protocol": { ...handshake, Upgrade: "h2c" },
  "GET without a key": without("Sec-WebSocket-Key"),
  "GET in the manner of hixie-76": {
    "Upgrade": "WebSocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key1": "4 @1  46546xW%0l 1 5",
    "Sec-WebSocket-Key2": "12998 5 Y3 1  .P00",
  },
};

const skip = {
  deno: "answers such a POST itself, with an empty 400",
  "node-hono": "@hono/node-server answers such a POST itself, with a 400",
};
const skipH2c = { "node-hono": "@hono/node-server leaves such an upgrade without an answer" };

const versions = ["0", "6", "9", "12", "14", "255", "x", "-13"];

for (const path of paths) {
  for (const [name, headers] of Object.entries(good)) {
    fact("6", `a handshake ${name} opens ${path}`, async (server) => {
      const it = path.replace("ID", server.newId());
      const socket = await server.websocket(it, headers);
      assertEquals(socket.response.head.members("connection"), ["upgrade"]);
      assertEquals(socket.response.head.members("upgrade"), ["websocket"]);
      assertEquals(
        socket.response.header("sec-websocket-extensions"),
        undefined,
      );
      await socket.sendText(`"x"`);
      const raw = path === "/echo/websocket";
      if (!raw) assertEquals(await socket.message(), "o");
      assertEquals(await socket.message(), raw ? `"x"` : `a["x"]`);
    });
  }

  for (const [name, headers] of Object.entries(plain)) {
    fact("6", `${name} ${path} is a bad request`, async (server) => {
      const it = path.replace("ID", server.newId());
      const response = await server.get(it, headers);
      assertEquals(response.status, 400);
      assert(response.body !== "" && !/[\r\n]/.test(response.body));
      assertEquals(
        response.header("content-type"),
        "text/plain; charset=UTF-8",
      );
    });
  }

  for (const [name, headers] of Object.entries(malformed)) {
    fact("6", `${name} ${path} is refused`, async (server) => {
      const it = path.replace("ID", server.newId());
      assertEquals((await server.get(it, headers)).status, 400);
      await server.roundTrip();
    }, headers["Upgrade"] === "h2c" ? { skip: skipH2c } : {});
  }

  for (const version of versions) {
    fact("6", `version ${version} is refused at ${path}`, async (server) => {
      const it = path.replace("ID", server.newId());
      const response = await server.get(it, {
        ...handshake,
        "Sec-WebSocket-Version": version,
      });
      assert([400, 426].includes(response.status), `${response.status}`);
      assertEquals(response.header("sec-websocket-version"), "13");
    });
  }

  fact("6", `no version at all is refused at ${path}`, async (server) => {
    const it = path.replace("ID", server.newId());
    const response = await server.get(it, without("Sec-WebSocket-Version"));
    assert([400, 426].includes(response.status), `${response.status}`);
  });

  for (const method of ["POST", "PUT", "DELETE"]) {
    fact("6", `${method} ${path} is never an upgrade`, async (server) => {
      const it = path.replace("ID", server.newId());
      const response = await server.request({
        method,
        path: it,
        headers: { ...handshake },
        body: "",
      });
      assertEquals([response.status, response.body], [405, ""]);
      assertEquals(response.header("allow"), "GET");
      assertEquals(response.header("content-type"), undefined);
    }, { skip });
  }
}

const elsewhere: readonly [method: string, path: string, status: number][] = [
  ["GET", "/echo", 200],
  ["GET", "/echo/info", 200],
  ["POST", "/echo/000/ID/xhr", 200],
  ["GET", "/echo/000/ID/xhr", 405],
  ["POST", "/echo/000/ID/xhr_send", 404],
  ["GET", "/echo/nothing", 404],
  ["GET", "/echo/000/ID/websocket/nothing", 404],
  ["GET", "/nothing", 404],
];

for (const [method, path, status] of elsewhere) {
  fact("6", `${method} ${path} cannot be upgraded`, async (server) => {
    const response = await server.request({
      method,
      path: path.replace("ID", server.newId()),
      headers: { ...handshake },
    });
    assertEquals(response.status, status);
  }, method === "POST" ? { skip } : {});
}
