/** The option `authorize`: who may open a session, and who may use it afterwards. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { handshake } from "../../support/raw_websocket.ts";
import type { RawRequest } from "../../support/raw_http.ts";
import { receivingTransports } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

/** Requests that would open a session, in each way. */
function openings(server: TestServer, query: string): RawRequest[] {
  const session = `/authorized/000/${server.newId()}`;
  return [
    ...receivingTransports.map(({ method, path }) => {
      const mark = path.includes("?") ? "&" : "?";
      return { method, path: `${session}/${path}${mark}${query}` };
    }),
    { path: `${session}/websocket?${query}`, headers: handshake },
    { path: `/authorized/websocket?${query}`, headers: handshake },
  ];
}

for (const late of ["", "&late"]) {
  const how = late === "" ? "at once" : "later";

  fact("5", `whom authorize refuses ${how} gets 403 over every transport`, async (server) => {
    for (const request of openings(server, `as=nobody${late}`)) {
      assertEquals((await server.begin(request)).status, 403, request.path);
    }
  });

  fact("5", `a Response that authorize returns ${how} is sent to the client`, async (server) => {
    for (const request of openings(server, `as=guest${late}`)) {
      const { status, header } = await server.begin(request);
      assertEquals([status, header("x-own")], [402, "1"], request.path);
      // @hono/node-server sends the head alone where it might have upgraded.
      if (server.host === "node-hono" && "headers" in request) continue;
      const whole = await server.request(request);
      assertEquals(whole.body, "Pay first", request.path);
    }
  });

  fact(
    "5",
    `a Response that cannot be sent, which authorize gives ${how}, is a 500`,
    async (server) => {
      for (const spoilt of ["control", "used", "locked", "error", "switching"]) {
        for (const request of openings(server, `as=spoilt-${spoilt}${late}`)) {
          const { status } = await server.begin(request);
          assertEquals(status, 500, `${spoilt}: ${request.path}`);
        }
      }
      const errors = await server.errors("/authorized", 3);
      assertEquals(errors.some((error) => error.startsWith("Cannot respond")), true);
      await server.roundTrip();
    },
  );

  fact(
    "5",
    `when authorize throws ${how}, the status is 500 and error is emitted`,
    async (server) => {
      const all = openings(server, `as=error${late}`);
      for (const request of all) {
        assertEquals((await server.begin(request)).status, 500, request.path);
      }
      const errors = await server.errors("/authorized", all.length);
      assertEquals(errors.includes("thrown by authorize"), true);
    },
  );

  fact("5", `whom authorize lets in ${how} has the context that it gave`, async (server) => {
    const path = `/authorized/000/${server.newId()}/websocket?as=me${late}`;
    const socket = await server.websocket(path);
    assertEquals(await socket.message(), "o");
    await socket.sendText(`"x"`);
    assertEquals(await socket.message(), `a["context of me: x"]`);
    const raw = await server.websocket(`/authorized/websocket?as=me${late}`);
    await raw.sendText("x");
    assertEquals(await raw.message(), "context of me: x");
  });

  fact("5", `a session is only for those whom authorize gives its key ${how}`, async (server) => {
    const session = `/authorized/000/${server.newId()}`;
    const ask = async (name: string, as: string, body = "") => {
      const { status, body: text } = await server.post(`${session}/${name}?as=${as}${late}`, body);
      return `${status} ${text}`;
    };
    assertEquals(await ask("xhr", "me"), "200 o\n");
    for (const other of ["you", "", "nobody"]) {
      assertEquals(await ask("xhr", other), "403 Forbidden");
      assertEquals(await ask("xhr_send", other, '["x"]'), "403 Forbidden");
      assertEquals(await ask("jsonp_send", other, '["x"]'), "403 Forbidden");
    }
    assertEquals(await ask("xhr_send", "me", '["x"]'), "204 ");
    assertEquals(await ask("xhr", "me"), `200 a["context of me: x"]\n`);
  });

  fact(
    "5",
    `a websocket that authorize lets in ${how} loses nothing sent early`,
    async (server) => {
      const connection = await server.connect();
      const path = `/authorized/000/${server.newId()}/websocket?as=me${late}`;
      const head = Object.entries(handshake).map(([name, value]) => `${name}: ${value}\r\n`).join(
        "",
      );
      const frame = new Uint8Array([0x81, 0x83, 0, 0, 0, 0, 0x22, 0x78, 0x22]);
      await connection.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${head}\r\n`);
      assertEquals((await connection.head()).status, 101);
      await connection.write(frame);
      const expected = `\x81\x01o\x81\x15a["context of me: x"]`;
      const bytes = await connection.reader.exactly(expected.length);
      assertEquals(new TextDecoder("latin1").decode(bytes), expected);
    },
  );
}

fact("5", "without a key, any client that knows the id of a session may use it", async (server) => {
  const session = `/authorized/000/${server.newId()}`;
  assertEquals((await server.post(`${session}/xhr`)).body, "o\n");
  assertEquals((await server.post(`${session}/xhr_send?as=nobody`, '["x"]')).status, 204);
  assertEquals((await server.post(`${session}/xhr?as=nobody`)).body, `a["undefined: x"]\n`);
});

fact("5", "an invalid result of authorize is a refusal, and error is emitted", async (server) => {
  const { status } = await server.post(`/authorized/000/${server.newId()}/xhr?as=nonsense`);
  assertEquals(status, 403);
  const errors = await server.errors("/authorized");
  assertEquals(errors.some((error) => error.includes("authorize must return")), true);
});

for (const late of ["", "&late"]) {
  for (const odd of ["context", "key", "then", "proxy", "response"]) {
    fact(
      "5",
      `a verdict whose ${odd} throws is a 500${late && ", a turn later too"}, and the server lives`,
      async (server) => {
        const before = (await server.errors("/authorized", 0)).length;
        const query = `as=odd-${odd}${late}`;
        const path = `/authorized/000/${server.newId()}`;
        const statuses = [
          (await server.post(`${path}/xhr?${query}`)).status,
          (await server.post(`${path}/xhr_streaming?${query}`)).status,
          (await server.get(`${path}/websocket?${query}`, handshake)).status,
          (await server.get(`/authorized/websocket?${query}`, handshake)).status,
        ];
        assertEquals(statuses, [500, 500, 500, 500]);
        const errors = (await server.errors("/authorized", before + 4)).slice(before);
        assertEquals(new Set(errors), new Set(["thrown by a verdict"]));
        await server.roundTrip();
      },
    );
  }
}
