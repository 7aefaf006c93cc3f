/** Section 6: jsonp_send. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { fromLatin1 } from "../../support/bytes.ts";
import { asciiJson, everyCodeUnit, messageFrame } from "../../support/reference_frame.ts";
import { jsonp, xhr } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

const form = "application/x-www-form-urlencoded";
const forms = [
  form,
  `${form};charset=UTF-8`,
  `${form}; charset=utf-8`,
  `${form} ; charset=UTF-8`,
  form.toUpperCase(),
  "Application/X-WWW-Form-UrlEncoded; Charset=UTF-8",
];

const others: readonly (string | undefined)[] = [
  ...[undefined, "", "text/plain", "text/plain;charset=UTF-8", "T", "application/json"],
  ...["application/xml", "text/xml; charset=UTF-8", `text/plain; ${form}`, `${form}x`],
];

async function opened(server: TestServer) {
  const session = server.http("/echo");
  await (await session.open(jsonp)).ended();
  return session;
}

for (const type of forms) {
  fact("6", `jsonp_send as ${type} has the payload in d`, async (server) => {
    const session = await opened(server);
    const { status, body } = await session.sendJsonp("d=%5B%22%C3%A9+%2B%26%22%5D", type);
    assertEquals([status, body], [200, "ok"]);
    assertEquals(await (await session.ask(jsonp)).only(), messageFrame("\u00e9 +&"));
    assertEquals((await session.sendJsonp(`["x"]`, type)).status, 500);
  });
}

for (const type of others) {
  fact("6", `jsonp_send as ${type ?? "nothing"} has the payload plain`, async (server) => {
    const session = await opened(server);
    const { status, body } = await session.sendJsonp(`["%41+\u00e9"]`, type);
    assertEquals([status, body], [200, "ok"]);
    assertEquals(await (await session.ask(jsonp)).only(), messageFrame("%41+\u00e9"));
    const { status: refused } = await session.sendJsonp("d=%5B%22x%22%5D", type);
    assertEquals(refused, 500);
  });
}

const payloads: Record<string, string> = {
  "d=%5B%22x%22%5D": "x",
  'd=["x"]': "x",
  "a=b&d=%5B%22x%22%5D": "x",
  "d=%5B%22x%22%5D&a=b": "x",
  "D=%5B1%5D&d=%5B%22x%22%5D": "x",
  "%64=%5B%22x%22%5D": "x",
  "d=%5B%22a%2Bb+c%26d%3De%22%5D": "a+b c&d=e",
  "d=%5B%22%25zz%22%5D": "%zz",
  "d=%5B%22%E2%82%AC%F0%9F%98%80%22%5D": "\u20ac\u{1f600}",
  // Bytes that are no UTF-8.
  "d=%5B%22x%ffy%22%5D": "x\ufffdy",
  // Beside that, Node takes a code unit for a byte.
  "d=%5B%22x%E2\u20ac%22%5D": "x\ufffd\u20ac",
};

for (const [body, message] of Object.entries(payloads)) {
  fact("6", `a form ${body} is one message`, async (server) => {
    const session = await opened(server);
    assertEquals((await session.sendJsonp(body, form)).body, "ok");
    assertEquals(await (await session.ask(jsonp)).only(), messageFrame(message));
  });
}

const expected = "Payload expected.";
const broken = "Broken JSON encoding.";

const wrong: readonly [body: string, type: string | undefined, text: string][] = [
  ["", form, expected],
  ["d", form, expected],
  ["d=", form, expected],
  ["d&d=%5B%22x%22%5D", form, expected],
  ["d=&d=%5B%22x%22%5D", form, expected],
  ["x=%5B%22x%22%5D", form, expected],
  ["D=%5B%22x%22%5D", form, expected],
  ["x", form, expected],
  ["&&", form, expected],
  ["d=%7B%7D", form, expected],
  ["d=1", form, expected],
  ["d=null", form, expected],
  ["d=%22x%22", form, expected],
  ["d=%5B1%5D", form, expected],
  ["d=%5B%22x%22%2C1%5D", form, expected],
  ["d=%5B%22x", form, broken],
  ["d=x", form, broken],
  ["d=%5B%27x%27%5D", form, broken],
  ["d=d%3D%5B%22x%22%5D", form, broken],
  ["", undefined, expected],
  ["", "text/plain", expected],
  ["{}", "text/plain", expected],
  [`"x"`, undefined, expected],
  [`["x",1]`, undefined, expected],
  ["x", undefined, broken],
  [`["x`, "application/json", broken],
];

for (const [body, type, text] of wrong) {
  const as = type === form ? "a form" : type ?? "no type";
  fact("6", `jsonp_send of ${body || "nothing"} as ${as} is refused`, async (server) => {
    const session = await opened(server);
    const response = await session.sendJsonp(body, type);
    assertEquals([response.status, response.body], [500, text]);
    // The session goes on.
    assertEquals((await session.sendJsonp(`["x"]`)).body, "ok");
    assertEquals(await (await session.ask(jsonp)).only(), `a["x"]`);
  });
}

fact("6", "jsonp_send: every code unit comes back", async (server) => {
  const session = await opened(server);
  for (const message of everyCodeUnit()) {
    const body = `d=${encodeURIComponent(asciiJson([message]))}`;
    assertEquals((await session.sendJsonp(body, form)).body, "ok");
    assertEquals(await (await session.ask(jsonp)).only(), messageFrame(message));
  }
});

fact("6", "jsonp_send: bytes that are no UTF-8 become U+FFFD", async (server) => {
  const session = await opened(server);
  assertEquals((await session.sendJsonp(fromLatin1(`["x\u00ffy"]`))).body, "ok");
  assertEquals(await (await session.ask(jsonp)).only(), messageFrame("x\ufffdy"));
});

fact("6", "jsonp_send: [] is valid and means nothing", async (server) => {
  const session = await opened(server);
  assertEquals((await session.sendJsonp("d=%5B%5D", form)).body, "ok");
  assertEquals((await session.sendJsonp(`["x"]`)).body, "ok");
  assertEquals(await (await session.ask(jsonp)).only(), `a["x"]`);
});

fact("6", "jsonp_send and xhr_send serve each other's sessions", async (server) => {
  const session = await opened(server);
  await session.send("1");
  assertEquals((await session.sendJsonp(`["2"]`)).body, "ok");
  assertEquals(await (await session.ask(xhr)).only(), `a["1","2"]`);
});

fact(
  "5",
  "jsonp_send to an unknown session is refused before its body arrives, and creates no session",
  async (server) => {
    const session = server.http("/echo");
    const connection = await server.connect();
    await connection.send({
      method: "POST",
      path: `${session.base}/jsonp_send`,
      headers: { "Content-Type": form, "Content-Length": "10" },
    });
    assertEquals((await connection.response("POST")).status, 404);
    assertEquals((await session.sendJsonp("d=%5B%22x%22%5D", form)).status, 404);
    assertEquals((await session.sendJsonp("d=%5B%22x%22%5D", form)).status, 404);
    await session.open(jsonp);
  },
);
