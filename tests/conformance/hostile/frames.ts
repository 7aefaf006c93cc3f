/** Websocket frames that RFC 6455 forbids, and those that it only just allows. */

import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../../support/bytes.ts";
import { opcodes } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";
import { attack } from "../../support/attack.ts";
import { closePayload, oddFrame, type Oddities, textFrame } from "../../support/frame_bytes.ts";

const paths = ["/echo/000/ID/websocket", "/echo/websocket?id=ID"];

/** Opens a websocket, past its open frame. */
async function open(server: TestServer, path: string, id = server.newId()) {
  const socket = await server.websocket(path.replace("ID", id));
  if (!path.includes("?")) assertEquals(await socket.message(), "o");
  return socket;
}

/** What the peer of a broken websocket may get: a code that says so, or just the end. */
const refusals = [1002, 1006, 1007, 1009];

async function isRefused(server: TestServer, path: string, bytes: Uint8Array): Promise<void> {
  const id = server.newId();
  const socket = await open(server, path, id);
  await socket.sendGarbage(bytes);
  const event = await socket.next();
  assert(event.type === "close" && refusals.includes(event.code), JSON.stringify(event));
  const [close, ...others] = await server.closed(id);
  assertEquals([close?.wasClean, others], [false, []]);
  // Where it was the length that is wrong, we may know.
  assert(close?.code === 1006 || close?.code === 1009, `${close?.code}`);
}

const forbidden: Record<string, Oddities[]> = {
  "a reserved bit": [0xc1, 0xa1, 0x91, 0xf1].map((first) => ({ first, payload: `"x"` })),
  "a reserved opcode": [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => (
    { first: 0x80 | opcode, payload: `"x"` }
  )),
  "text that is no UTF-8": [[0xff], [0xe2, 0x82], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80]].map(
    (bytes) => ({ first: 0x81, payload: new Uint8Array([0x22, ...bytes, 0x22]) }),
  ),
  "a ping of 126 bytes": [{ first: 0x89, payload: "x".repeat(126) }],
  "a control frame in fragments": [0x08, 0x09, 0x0a].map((first) => ({ first, payload: "" })),
  "a continuation of nothing": [0x00, 0x80].map((first) => ({ first, payload: `"x"` })),
  "a length nobody can send": [0x80, 0x7f, 0x40].map((high) => (
    { first: 0x81, length: [127, high, 0, 0, 0, 0, 0, 0, 0] }
  )),
  "a close of one byte": [{ first: 0x88, payload: new Uint8Array([3]) }],
  "a close reason that is no UTF-8": [{ first: 0x88, payload: closePayload(1000, 0xff) }],
};

for (const path of paths) {
  for (const [name, frames] of Object.entries(forbidden)) {
    attack("6", `${name} ends ${path}`, async (server) => {
      for (const frame of frames) await isRefused(server, path, oddFrame(frame));
    });
  }

  attack("6", `an unmasked frame ends ${path}`, async (server) => {
    await isRefused(server, path, oddFrame({ first: 0x81, payload: `"x"`, masked: false }));
  }, { skip: { deno: "takes frames without a mask" } });

  attack("6", `a pong of 126 bytes ends ${path}`, async (server) => {
    await isRefused(server, path, oddFrame({ first: 0x8a, payload: "x".repeat(126) }));
  }, { skip: { deno: "takes longer pongs" } });

  attack("6", `a close frame of 126 bytes ends ${path} without its code`, async (server) => {
    const payload = concatenate([closePayload(1000), new Uint8Array(124).fill(0x78)]);
    await isRefused(server, path, oddFrame({ first: 0x88, payload }));
  }, { skip: { deno: "takes longer close frames" } });

  attack("6", `a message within a message ends ${path}`, async (server) => {
    const begun = oddFrame({ first: opcodes.text, payload: `"x` });
    await isRefused(server, path, concatenate([begun, textFrame(`"y"`)]));
  });

  attack("6", `a lavish length is as good as a short one at ${path}`, async (server) => {
    const socket = await open(server, path);
    for (const length of [[126, 0, 3], [127, 0, 0, 0, 0, 0, 0, 0, 3]]) {
      await socket.sendGarbage(oddFrame({ first: 0x81, payload: `"x"`, length }));
      assertEquals(await socket.message(), path.includes("?") ? `"x"` : `a["x"]`);
    }
  });

  attack("6", `pings up to 125 bytes are answered at ${path}, pongs ignored`, async (server) => {
    const socket = await open(server, path);
    for (const length of [0, 1, 124, 125]) {
      const payload = "x".repeat(length);
      await socket.send({ opcode: opcodes.pong, payload }, { opcode: opcodes.ping, payload });
      assertEquals(await socket.next(), { type: "pong", text: payload });
    }
  });

  attack("6", `half a frame and no more closes ${path} with 1006`, async (server) => {
    const frame = textFrame(`"${"x".repeat(200)}"`);
    for (const length of [1, 2, 3, 7, 100]) {
      const id = server.newId();
      const socket = await open(server, path, id);
      await socket.sendGarbage(frame.subarray(0, length));
      socket.abort();
      const [close, ...others] = await server.closed(id);
      assertEquals([close?.code, others], [1006, []]);
    }
  });
}
