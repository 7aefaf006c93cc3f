/** Section 6: subprotocols of websockets (RFC 6455, section 4.2.2). */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { handshake } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";

type Fields = Record<string, string>;

/** The two ways to open a websocket, by what follows the prefix. */
const ways = ["/000/ID/websocket", "/websocket"];

/** What a handshake is answered with, and what its connection says of it. */
async function agreement(
  server: TestServer,
  service: string,
  way: string,
  fields: Fields,
  query = "",
): Promise<string[]> {
  const path = service + way.replace("ID", server.newId()) + query;
  const socket = await server.websocket(path, fields);
  const isRaw = way === "/websocket";
  if (!isRaw) assertEquals(await socket.message(), "o");
  await socket.sendText(isRaw ? "x" : '"x"');
  const agreed = socket.response.header("sec-websocket-protocol") ?? "none";
  return [agreed, await socket.message()];
}

/** As {@linkcode agreement} gives it. */
function agreed(name: string | undefined, way: string): string[] {
  const text = `${name}: x`;
  return [name ?? "none", way === "/websocket" ? text : `a["${text}"]`];
}

function offer(value: string): Fields {
  return { "Sec-WebSocket-Protocol": value };
}

/** Fields of a handshake, and what the server agrees to that takes v12.stomp and else v11.stomp. */
const offers: Record<string, readonly [Fields, string | undefined]> = {
  "no offer": [{}, undefined],
  "an offer of one": [offer("v11.stomp"), "v11.stomp"],
  "an offer of several": [offer("v10.stomp, v11.stomp, v12.stomp"), "v12.stomp"],
  "an offer of nothing in common": [offer("mqtt, graphql-transport-ws"), undefined],
  "an offer without spaces": [offer("mqtt,v12.stomp,v11.stomp"), "v12.stomp"],
  "an offer with more spaces": [offer("mqtt\t ,\t  v12.stomp  "), "v12.stomp"],
  "an offer in two fields": [
    { "Sec-WebSocket-Protocol": "v11.stomp", "sec-websocket-protocol": "v12.stomp" },
    "v12.stomp",
  ],
  "an offer of the same twice": [offer("v11.stomp, mqtt, v11.stomp, mqtt"), "v11.stomp"],
  "an offer with nothing between commas": [offer(",, ,v11.stomp,,"), "v11.stomp"],
  "an offer of nothing": [offer(""), undefined],
  "an offer of a comma": [offer(","), undefined],
  "an offer in other letters": [offer("V12.STOMP"), undefined],
  "an offer in quotation marks": [offer('"v12.stomp", v11.stomp'), "v11.stomp"],
  "an offer with a parameter": [offer("v12.stomp;q=1"), undefined],
  "an offer with a space within": [offer("v12.stomp v11.stomp"), undefined],
  "an offer beside what is no name": [offer("caf\u00e9, {}, a/b, v11.stomp"), "v11.stomp"],
  "an offer behind 3,000 others": [offer(`${"a, ".repeat(3000)}v12.stomp`), "v12.stomp"],
  "an offer behind a long one": [offer(`${"a".repeat(9000)}, v12.stomp`), "v12.stomp"],
};

for (const way of ways) {
  fact("6", `without the option, no subprotocol is agreed on at ${way}`, async (server) => {
    for (const value of ["v12.stomp", "a, b", ",", "a/b"]) {
      assertEquals(
        await agreement(server, "/no_subprotocol", way, offer(value)),
        agreed(undefined, way),
        value,
      );
    }
  });

  for (const [name, [fields, expected]] of Object.entries(offers)) {
    fact("6", `${name} at ${way} leads to ${expected ?? "no subprotocol"}`, async (server) => {
      assertEquals(
        await agreement(server, "/subprotocols", way, fields),
        agreed(expected, way),
      );
    });
  }

  for (const late of ["", "&late"]) {
    const when = late === "" ? "at once" : "later";
    const choose = (server: TestServer, name: string, value = "a, b") =>
      agreement(
        server,
        "/chosen_subprotocol",
        way,
        offer(value),
        `?choose=${encodeURIComponent(name)}${late}`,
      );

    fact("6", `a function chooses the subprotocol at ${way}, ${when}`, async (server) => {
      assertEquals(await choose(server, "b"), agreed("b", way));
      assertEquals(await choose(server, "b", "a,b,a"), agreed("b", way));
      assertEquals(await choose(server, "none"), agreed(undefined, way));
    });

    fact("6", `what was not offered is not agreed on at ${way}, ${when}`, async (server) => {
      const names = ["c", "", "A", "a, b", "b\r\nX-Own: 1", "null", "number", "list", "sneaked"];
      const before = (await server.errors("/chosen_subprotocol", 0)).length;
      for (const name of names) {
        assertEquals(await choose(server, name), agreed(undefined, way), name);
      }
      const errors = await server.errors("/chosen_subprotocol", before + names.length);
      assertEquals(
        new Set(errors.slice(before)),
        new Set([
          "Cannot select a subprotocol: subprotocols returned one that the client did not offer",
        ]),
      );
    });

    fact("6", `a choice that fails at ${way}, ${when}, is a 500`, async (server) => {
      const path = `/chosen_subprotocol${way.replace("ID", server.newId())}`;
      const before = (await server.errors("/chosen_subprotocol", 0)).length;
      const fields = { ...handshake, ...offer("b, a, b,, c d") };
      assertEquals((await server.get(`${path}?choose=error${late}`, fields)).status, 500);
      assertEquals((await server.get(`${path}?choose=all${late}`, fields)).status, 500);
      const errors = await server.errors("/chosen_subprotocol", before + 2);
      assertEquals(errors.slice(before), ["thrown by subprotocols", "offered: b a"]);
      await server.roundTrip();
    });
  }

  fact("6", `a function is not asked without an offer at ${way}`, async (server) => {
    for (const fields of [{}, offer(""), offer("a b, ,")]) {
      assertEquals(
        await agreement(server, "/chosen_subprotocol", way, fields, "?choose=error"),
        agreed(undefined, way),
      );
    }
  });

  fact("6", `whom authorize refuses is not asked for a subprotocol at ${way}`, async (server) => {
    const path = `/chosen_subprotocol${way.replace("ID", server.newId())}`;
    const fields = { ...handshake, ...offer("a") };
    assertEquals((await server.get(`${path}?choose=error&as=nobody`, fields)).status, 403);
  });

  fact("6", `100,000 offered subprotocols at ${way} do not harm the server`, async (server) => {
    const path = `/subprotocols${way.replace("ID", server.newId())}`;
    const connection = await server.connect();
    await connection.send({ path, headers: { ...handshake, ...offer("a, ".repeat(100_000)) } });
    const status = await connection.head().then(({ status }) => status, () => "cut off");
    assert([101, 400, 413, 431, "cut off"].includes(status), `${status}`);
    await server.roundTrip();
  });
}

fact("6", "an HTTP transport has no subprotocol", async (server) => {
  const session = await server.xhr("/subprotocols").open();
  await session.send("x");
  assertEquals(await session.poll(), `a["undefined: x"]\n`);
});
