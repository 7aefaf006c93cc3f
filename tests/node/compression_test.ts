/** Tests of websocket message compression (RFC 7692). */

import { deflateRawSync, inflateRawSync } from "node:zlib";
import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../support/bytes.ts";
import type { HttpConnection } from "../support/raw_http.ts";
import { handshake } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const compression = new Programs("compression.ts");

const path = "/echo/websocket";
/** What ends a compressed message, and is not sent. */
const tail = new Uint8Array([0, 0, 0xff, 0xff]);
const long = "hello ".repeat(2000);

/** Offers compression, and gives what is agreed on. */
async function offer(it: Program, server: string) {
  const connection = await it.connect(server);
  const extension = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  const headers = { ...handshake, "Sec-WebSocket-Extensions": extension };
  const response = await connection.exchange({ path, headers });
  assertEquals(response.status, 101);
  return { connection, agreed: response.header("sec-websocket-extensions") };
}

/** Sends a text message, compressed or not; the mask changes nothing. */
async function send(connection: HttpConnection, text: string, compressed: boolean) {
  const plain = new TextEncoder().encode(text);
  const payload = compressed ? new Uint8Array(deflateRawSync(plain, { finishFlush: 2 })) : plain;
  const data = compressed ? payload.subarray(0, payload.length - tail.length) : payload;
  const { length } = data;
  const head = [compressed ? 0xc1 : 0x81, 0x80 | 126, length >> 8, length & 0xff, 0, 0, 0, 0];
  await connection.write(concatenate([new Uint8Array(head), data]));
}

/** The next message, which is a single frame. */
async function receive({ reader }: HttpConnection) {
  const [first = 0, second = 0] = await reader.exactly(2) ?? [];
  let length = second;
  if (second === 126) {
    const [high = 0, low = 0] = await reader.exactly(2) ?? [];
    length = high * 256 + low;
  }
  const data = await reader.exactly(length) ?? new Uint8Array(0);
  const isCompressed = (first & 0x40) !== 0;
  const plain = isCompressed ? inflateRawSync(concatenate([data, tail]), { finishFlush: 2 }) : data;
  return { text: new TextDecoder().decode(plain), isCompressed, length };
}

for (const server of ["unasked", "off", "absent"]) {
  compression.test(`messages are not compressed where that is ${server}`, async (it) => {
    const { connection, agreed } = await offer(it, server);
    assertEquals(agreed, undefined);
    await send(connection, long, false);
    assertEquals(await receive(connection), { text: long, isCompressed: false, length: 12_000 });
  });
}

for (const server of ["on", "configured"]) {
  compression.test(`messages are compressed where that is ${server}`, async (it) => {
    const { connection, agreed } = await offer(it, server);
    assertEquals(agreed?.split(";")[0], "permessage-deflate");
    for (const compressed of [false, true]) {
      await send(connection, long, compressed);
      const { text, isCompressed, length } = await receive(connection);
      assertEquals([text, isCompressed], [long, true]);
      assert(length < 1000, `${length} bytes`);
    }
  });

  compression.test(`clients that do not offer it get none where it is ${server}`, async (it) => {
    const socket = await it.websocket(server, path);
    assertEquals(socket.response.header("sec-websocket-extensions"), undefined);
    await socket.sendText(long);
    assertEquals(await socket.message(), long);
  });

  compression.test(`a message that is too long when inflated is refused: ${server}`, async (it) => {
    const { connection } = await offer(it, server);
    await send(connection, "x".repeat(20_000_000), true);
    // A close frame with 1009; Bun gives no reason.
    const [opcode, , high, low] = await connection.reader.exactly(4) ?? [];
    assertEquals([opcode, high, low], [0x88, 0x03, 0xf1]);
  });
}
