/** Section 6: the codes that a websocket may be closed with. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { closeFrame } from "../../support/reference_frame.ts";
import type { TestServer } from "../../support/test_server.ts";

const sendable = [
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014],
  ...[3000, 3001, 3999, 4000, 4999],
];
const unsendable = [
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2010, 2999],
  ...[5000, 65535],
];

const reasons: readonly [name: string, reason: string, sent: string][] = [
  ["an empty reason", "", ""],
  ["123 bytes", "x".repeat(123), "x".repeat(123)],
  ["124 bytes", "x".repeat(124), "x".repeat(123)],
  ["characters of two bytes", "\u00e9".repeat(62), "\u00e9".repeat(61)],
  ["characters of three bytes", "\u20ac".repeat(42), "\u20ac".repeat(41)],
  [
    "characters of four bytes",
    `x${"\u{1f600}".repeat(31)}`,
    `x${"\u{1f600}".repeat(30)}`,
  ],
  ["a very long reason", "x".repeat(100_000), "x".repeat(123)],
];

/** Has the service close a websocket; what it was closed with. */
async function close(server: TestServer, code: number, reason: string) {
  const socket = await server.websocketSession("/command");
  const command = JSON.stringify({ close: [code, reason] });
  await socket.sendText(JSON.stringify([command]));
  assertEquals(await socket.message(), closeFrame(code, reason));
  return await socket.closed();
}

/** The same on a raw websocket, which has no close frame of ours. */
async function closeRaw(server: TestServer, code: number, reason: string) {
  const socket = await server.websocket("/command/websocket");
  await socket.sendText(JSON.stringify({ close: [code, reason] }));
  return await socket.closed();
}

for (
  const [kind, closeIt] of Object.entries({
    "websocket": close,
    "raw websocket": closeRaw,
  })
) {
  fact("6", `${kind}: codes that may be sent are sent`, async (server) => {
    for (const code of sendable) {
      const reason = `why ${code}`;
      assertEquals(await closeIt(server, code, reason), { code, reason });
    }
  });

  fact("6", `${kind}: other codes are sent as 1000`, async (server) => {
    for (const code of unsendable) {
      const reason = `why ${code}`;
      const sent = { code: 1000, reason };
      assertEquals(await closeIt(server, code, reason), sent, `${code}`);
    }
  });

  for (const [name, reason, sent] of reasons) {
    fact("6", `${kind}: ${name} as a reason is cut`, async (server) => {
      assertEquals(await closeIt(server, 3001, reason), {
        code: 3001,
        reason: sent,
      });
    });
  }
}

fact("7", "a polling client gets the code unchanged", async (server) => {
  for (const code of [...sendable, ...unsendable]) {
    const session = await server.xhr("/command").open();
    await session.send(JSON.stringify({ close: [code, "why"] }));
    assertEquals(await session.poll(), `c[${code},"why"]\n`);
  }
});

fact("7", "close() without arguments is 1000", async (server) => {
  const session = await server.xhr("/command").open();
  await session.send(JSON.stringify({ close: [] }));
  assertEquals(await session.poll(), `c[1000,"Normal closure"]\n`);
  const socket = await server.websocketSession("/command");
  await socket.sendText(JSON.stringify([JSON.stringify({ close: [] })]));
  assertEquals(await socket.message(), `c[1000,"Normal closure"]`);
  assertEquals(await socket.closed(), { code: 1000, reason: "Normal closure" });
});
