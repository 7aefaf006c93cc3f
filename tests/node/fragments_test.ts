/** Tests of messages in many fragments. */

import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../support/bytes.ts";
import { opcodes, RawWebSocket } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";

const fragments = new Programs("fragments.ts");

/** A frame whose mask changes nothing. */
function frame(first: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126
    ? [first, 0x80 | length]
    : [first, 0x80 | 126, length >> 8, length & 0xff];
  return concatenate([new Uint8Array([...head, 0, 0, 0, 0]), payload]);
}

/** Of a message in so many fragments, one of them. */
function fragment(at: number, count: number, payload: Uint8Array): Uint8Array {
  return frame((at === 0 ? 1 : 0) | (at === count - 1 ? 0x80 : 0), payload);
}

const pongs = concatenate(Array(500).fill(frame(0x8a, new Uint8Array(125))));
const letters = (length: number) => new Uint8Array(length).fill(0x78);

fragments.test("fragments of a byte between pongs hold no more than their bytes", async (it) => {
  const connection = await it.connect("server");
  const socket = await RawWebSocket.open(connection, "/echo/websocket");
  const before = await it.ask<number>("held");
  for (let at = 0; at < 400; at++) {
    await connection.write(concatenate([fragment(at, 401, letters(1)), pongs]));
  }
  // All but the last have been read once the server answers.
  await socket.send({ opcode: opcodes.ping, payload: "read" });
  assertEquals(await socket.next(), { type: "pong", text: "read" });
  const held = await it.ask<number>("held") - before;
  await connection.write(fragment(400, 401, letters(1)));
  assertEquals(await socket.message(), "401");
  assert(held < 5_000_000, `${held} bytes are held`);
});

fragments.test("a long message comes in as many fragments as clients make", async (it) => {
  for (const [count, length] of [[1024, 1024], [4000, 256]] as const) {
    const connection = await it.connect("server");
    const socket = await RawWebSocket.open(connection, "/echo/websocket");
    for (let at = 0; at < count; at += 100) {
      const some = Array.from(
        { length: Math.min(100, count - at) },
        (_, more) => fragment(at + more, count, letters(length)),
      );
      await connection.write(concatenate(some));
    }
    assertEquals(await socket.message(), `${count * length}`);
  }
});
