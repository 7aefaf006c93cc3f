/** Clients that send or read as slowly as they can. */

import { assertEquals } from "@std/assert";
import { fault } from "../fault.ts";
import { inParallel } from "../../support/crowd.ts";
import { isQuiet, openSockets } from "../../support/leftovers.ts";
import type { TestServer } from "../../support/test_server.ts";

/** What stands for a second between two bytes, ms. */
const second = 15;
const wait = () => new Promise((resolve) => setTimeout(resolve, second));

/** Sends a request byte by byte, the first of so many at once, and gives the response. */
async function trickle(server: TestServer, request: string, from: number): Promise<string> {
  using connection = await server.connect();
  await connection.write(request.slice(0, from));
  for (const byte of request.slice(from)) {
    await wait();
    await connection.write(byte);
  }
  return (await connection.response("POST")).body;
}

function post(path: string, body = ""): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

fault("6", "a hundred clients that send a byte a second are served", async (server) => {
  await inParallel(100, async (at) => {
    const { base } = server.xhr("/echo");
    const request = post(`${base}/xhr`);
    // Some are slow from the first byte on, others in their headers' last line.
    assertEquals(await trickle(server, request, at % 2 === 0 ? 0 : request.length - 20), "o\n");
    const send = post(`${base}/xhr_send`, '["a", "body"]');
    assertEquals(await trickle(server, send, send.length - 15), "");
    assertEquals((await server.post(`${base}/xhr`)).body, 'a["a","body"]\n');
  });
});

fault(
  "6",
  "clients that go away in the middle of a trickle leave nothing behind",
  async (server) => {
    const before = await openSockets(server);
    await inParallel(200, async (at) => {
      const { base } = await server.xhr("/fleeting").open();
      using connection = await server.connect();
      const request = post(`${base}/xhr_send`, '["a", "body"]');
      for (const byte of request.slice(0, at)) {
        await connection.write(byte);
      }
      await server.roundTrip();
    });
    await isQuiet(server, "/fleeting", before);
  },
);

fault(
  "7",
  "clients that read a byte a second end with 1008, and leave nothing behind",
  async (server) => {
    const before = await openSockets(server);
    await inParallel(10, async (at) => {
      const session = server.xhr("/flood");
      using connection = await server.connect();
      const path = at % 2 === 0 ? "xhr_streaming" : "eventsource";
      const method = at % 2 === 0 ? "POST" : "GET";
      await connection.send({ method, path: `${session.base}/${path}` });
      assertEquals((await connection.head()).status, 200);
      await session.send("in turns");
      let closed = false;
      const closing = server.closed(session.id).then((closes) => {
        closed = true;
        return closes;
      });
      while (!closed) {
        await connection.reader.exactly(1);
        await wait();
      }
      assertEquals((await closing)[0]?.code, 1008);
    });
    await isQuiet(server, "/flood", before);
  },
  { skip: { deno: "prints a line for each client that is cut off" } },
);
