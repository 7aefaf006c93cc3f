/** Upgrade requests to paths without a websocket, and invalid handshakes. */

import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../../support/bytes.ts";
import { handshake } from "../../support/raw_websocket.ts";
import { lines, statusOf } from "../../support/first_answer.ts";
import { attack } from "../../support/attack.ts";
import { readTextFrame, textFrame } from "../../support/frame_bytes.ts";

const elsewhere: readonly [path: string, status: number][] = [
  ["", 200],
  ["/", 200],
  ["/info", 200],
  ["/iframe.html", 200],
  ["/000/ID/xhr", 405],
  ["/000/ID/xhr_streaming", 405],
  ["/000/ID/xhr_send", 405],
  ["/000/ID/jsonp_send", 405],
  ["/000/ID/eventsource", 200],
  ["/000/ID/htmlfile?c=x", 200],
  ["/000/ID/jsonp?c=x", 200],
  ["/000/ID/unknown", 404],
  ["/000/ID/websocket/more", 404],
  ["/000/I.D/websocket", 404],
  ["/websocket/more/than/that", 404],
  ["/unknown", 404],
];

for (const [path, status] of elsewhere) {
  attack("6", `an upgrade request at ${path || "the base URL"} is answered`, async (server) => {
    const connection = await server.connect();
    const it = `/echo${path.replace("ID", server.newId())}`;
    await connection.send({ path: it, headers: handshake });
    const head = await connection.head();
    assertEquals([head.status, head.header("upgrade")], [status, undefined]);
  });
}

for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
  attack("6", `${method} with the headers of a handshake never upgrades`, async (server) => {
    for (const [path] of [...elsewhere, ["/000/ID/websocket"], ["/websocket"]]) {
      const connection = await server.connect();
      const it = `/echo${path.replace("ID", server.newId())}`;
      await connection.send({ method, path: it, headers: handshake, body: "" });
      // Deno answers 400 by itself where it sees such an upgrade.
      const { status } = await connection.head();
      assert([200, 204, 400, 404, 405].includes(status), `${path}: ${status}`);
    }
  });
}

attack(
  "6",
  "an upgrade behind a request without a response does not stop the server",
  async (server) => {
    for (const protocol of ["websocket", "h2c"]) {
      for (const path of ["/echo/000/ID/websocket", "/echo/info", "/nowhere"]) {
        const session = await server.xhr("/echo").open();
        const stream =
          `POST ${session.base}/xhr_streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0`;
        const headers = lines({ ...handshake, Upgrade: protocol });
        const it = path.replace("ID", server.newId());
        const connection = await server.connect();
        await connection.write(`${stream}\r\n\r\nGET ${it} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
        await server.roundTrip();
        connection.close();
        // Later frames go to a connection that is closed.
        for (let sends = 0; sends < 3; sends++) await session.sendRaw('["x"]');
      }
    }
  },
);

attack("6", "the body of an upgrade that is none is not lost", async (server) => {
  const session = await server.xhr("/echo").open();
  const headers = { ...handshake, Upgrade: "h2c" };
  const sent = await session.sendRaw('["x"]', headers);
  assertEquals(sent.status, 204);
  assertEquals(await session.poll(), `a["x"]\n`);
}, {
  skip: {
    deno: "answers such a POST itself, with an empty 400",
    "deno-node": "gives us the connection without the body",
    "bun-node": "gives us the connection without the body",
    "node-hono": "@hono/node-server leaves upgrades to other protocols without an answer",
  },
});

const skipOthers = {
  "node-hono": "@hono/node-server leaves upgrades to other protocols without an answer",
};

attack("6", "an upgrade to several protocols does not stop the server", async (server) => {
  const others = Object.fromEntries(Object.entries(handshake).filter(([it]) => it !== "Upgrade"));
  for (const upgrades of [["h2c", "websocket"], ["websocket", "h2c"], ["h2c, websocket"]]) {
    for (const version of ["1.1", "1.0"]) {
      const it = `/echo/000/${server.newId()}/websocket`;
      const given = upgrades.map((protocol) => `Upgrade: ${protocol}\r\n`).join("");
      const head = `GET ${it} HTTP/${version}\r\nHost: x\r\n${given}${lines(others)}\r\n`;
      const status = await statusOf(server, head);
      assert([101, 400, 426].includes(status ?? 0), `${upgrades} over ${version}: ${status}`);
      await server.roundTrip();
    }
  }
}, { skip: skipOthers });

const flaws: Record<string, string[]> = {
  "Upgrade": ["", "h2c", "websocke", "web socket", "websocket/14", "\xff"],
  "Connection": ["", "close", "keep-alive", "Upgrades", "\xff"],
  "Sec-WebSocket-Version": ["", "1", "12", "14", "013", "13.0", "-13", "13, 8", "\xff"],
  "Sec-WebSocket-Key": ["", "x", "dGhlIHNhbXBsZSBub25jZQ", "?GhlIHNhbXBsZSBub25jZQ==", "\xff"],
};

for (const path of ["/echo/000/ID/websocket", "/echo/websocket"]) {
  for (const [name, values] of Object.entries(flaws)) {
    attack("6", `no or a wrong ${name} is refused at ${path}`, async (server) => {
      const others = Object.fromEntries(Object.entries(handshake).filter(([it]) => it !== name));
      for (const flaw of [undefined, ...values]) {
        const it = path.replace("ID", server.newId());
        const headers = flaw === undefined ? others : { ...others, [name]: flaw };
        const status = await statusOf(
          server,
          `GET ${it} HTTP/1.1\r\nHost: x\r\n${lines(headers)}\r\n`,
        );
        assert(status === 400 || status === 426, `${flaw}: ${status}`);
      }
    }, name === "Upgrade" ? { skip: skipOthers } : {});
  }

  attack("6", `frames in the packet of the handshake are delivered at ${path}`, async (server) => {
    const raw = path === "/echo/websocket";
    const it = path.replace("ID", server.newId());
    const connection = await server.connect();
    const head = `GET ${it} HTTP/1.1\r\nHost: x\r\n${lines({ ...handshake })}\r\n`;
    await connection.write(
      concatenate([new TextEncoder().encode(head), textFrame(`"1"`), textFrame(`"2"`)]),
    );
    assertEquals((await connection.head()).status, 101);
    if (!raw) assertEquals(await readTextFrame(connection), "o");
    const first = await readTextFrame(connection);
    // What arrives in one turn may be answered with one frame.
    if (first === `a["1","2"]`) return;
    assertEquals(first, raw ? `"1"` : `a["1"]`);
    assertEquals(await readTextFrame(connection), raw ? `"2"` : `a["2"]`);
  });
}
