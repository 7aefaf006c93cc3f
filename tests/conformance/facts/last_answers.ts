/** Section 6: a client that sends and closes at once still gets its responses. */

import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../../support/bytes.ts";
import { fact, type FactOptions } from "../../support/fact.ts";
import { closePayload, oddFrame, textFrame } from "../../support/frame_bytes.ts";
import type { RawWebSocket } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";

/** What a response may depend on is not always the same: each is asked for so often. */
const times = 20;

const closeFrame = oddFrame({ first: 0x88, payload: closePayload(1000) });

function isRaw(path: string): boolean {
  return path.includes("?");
}

/** An open websocket, past its open frame. */
async function open(server: TestServer, path: string): Promise<RawWebSocket> {
  const socket = await server.websocket(path.replace("ID", server.newId()));
  if (!isRaw(path)) assertEquals(await socket.message(), "o");
  return socket;
}

/** Text frames with numbers as messages. */
function numbers(path: string, count: number): Uint8Array[] {
  const texts = Array.from({ length: count }, (_, at) => isRaw(path) ? `${at}` : `"${at}"`);
  return texts.map(textFrame);
}

/** Fails unless all of them come back next, in however many frames. */
async function comeBack(socket: RawWebSocket, path: string, count: number): Promise<void> {
  const responses: unknown[] = [];
  while (responses.length < count) {
    const text = await socket.message();
    responses.push(...isRaw(path) ? [text] : JSON.parse(text.slice(1)));
  }
  assertEquals(responses, Array.from({ length: count }, (_, at) => `${at}`));
}

for (const path of ["/echo/000/ID/websocket", "/echo/websocket?id=ID"]) {
  for (const count of [1, 16]) {
    fact("6", `${count} in one piece with a close are answered at ${path}`, async (server) => {
      for (let time = 0; time < times; time++) {
        const socket = await open(server, path);
        await socket.sendGarbage(concatenate([...numbers(path, count), closeFrame]));
        await comeBack(socket, path, count);
        // And nothing behind it.
        assertEquals(await socket.closed(), { code: 1000, reason: "" });
      }
    });
  }

  fact("6", `one with a close is answered after three together, at ${path}`, async (server) => {
    for (let time = 0; time < times; time++) {
      const socket = await open(server, path);
      await socket.sendGarbage(concatenate(numbers(path, 3)));
      await comeBack(socket, path, 3);
      await socket.sendGarbage(concatenate([...numbers(path, 1), closeFrame]));
      await comeBack(socket, path, 1);
      assertEquals((await socket.closed()).code, 1000);
    }
  });

  fact("6", `one with a close is answered after many, one by one, at ${path}`, async (server) => {
    const socket = await open(server, path);
    for (let time = 0; time < 200; time++) {
      await socket.sendGarbage(concatenate(numbers(path, 1)));
      await comeBack(socket, path, 1);
    }
    await socket.sendGarbage(concatenate([...numbers(path, 1), closeFrame]));
    await comeBack(socket, path, 1);
    assertEquals((await socket.closed()).code, 1000);
  });

  const plenty = path.replace("echo", "plenty");
  fact(
    "6",
    `all of a long response comes before the close that came with the question, at ${plenty}`,
    async (server) => {
      const socket = await open(server, plenty);
      const question = textFrame(isRaw(path) ? "15" : `"15"`);
      await socket.sendGarbage(concatenate([question, closeFrame]));
      for (let left = 15; left > 0;) {
        const text = await socket.message();
        left -= isRaw(path) ? 1 : JSON.parse(text.slice(1)).length;
      }
      assertEquals((await socket.closed()).code, 1000);
    },
    {
      skip: {
        deno: "does not tell of a close before it can send no more",
        bun: "does not tell of a close before it can send no more",
        "bun-node": "does not tell of a close before it can send no more",
      },
    },
  );

  const x = isRaw(path) ? "x" : `"x"`;
  const broken: Record<string, [frame: Uint8Array, options?: FactOptions]> = {
    "a reserved opcode": [oddFrame({ first: 0x83, payload: x })],
    "a reserved bit": [oddFrame({ first: 0xc1, payload: x })],
    "text that is no UTF-8": [oddFrame({ first: 0x81, payload: Uint8Array.of(0xff) })],
    "a long ping": [oddFrame({ first: 0x89, payload: "x".repeat(126) })],
    "a binary message": [oddFrame({ first: 0x82, payload: x })],
    "an unmasked frame": [oddFrame({ first: 0x81, payload: x, masked: false }), {
      skip: { deno: "takes frames without a mask" },
    }],
  };
  if (!isRaw(path)) broken["what is no JSON"] = [textFrame("x")];

  for (const [name, [frame, options]] of Object.entries(broken)) {
    fact("6", `what comes before ${name} is answered at ${path}`, async (server) => {
      for (let time = 0; time < times; time++) {
        const socket = await open(server, path);
        await socket.sendGarbage(concatenate([...numbers(path, 1), frame, ...numbers(path, 1)]));
        await comeBack(socket, path, 1);
        const event = await socket.next();
        assert(event.type === "close", JSON.stringify(event));
      }
    }, options);
  }
}
