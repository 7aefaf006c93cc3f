/** Tests of HTTP server timeouts that are shorter than the heartbeat delay of a service. */

import { assert, assertEquals } from "@std/assert";
import type { HttpConnection } from "../support/raw_http.ts";
import { handshake } from "../support/raw_websocket.ts";
import { until } from "../support/until.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const timeouts = new Programs("timeouts.ts");

const post = (path: string) => ({ method: "POST", path });
const newBase = () => `/echo/0/${crypto.randomUUID()}`;

/** A session whose first poll was answered. */
async function open(it: Program, server: string): Promise<string> {
  const base = newBase();
  assertEquals((await it.post(server, `${base}/xhr`)).body, "o\n");
  return base;
}

/** The server cuts the connection off, and nothing came before. */
async function isCutOff(connection: HttpConnection): Promise<void> {
  assertEquals(String.fromCharCode(...await connection.reader.toEnd()), "");
}

/** Connections that wait, and receive only heartbeats. */
const waiting = {
  async poll(it: Program, server: string) {
    const base = await open(it, server);
    const connection = await it.connect(server);
    const response = await connection.exchange(post(`${base}/xhr`));
    assertEquals(response.body, "h\n");
  },
  async stream(it: Program, server: string) {
    const connection = await it.connect(server);
    await connection.send(post(`${newBase()}/xhr_streaming`));
    await connection.head();
    await connection.chunk();
    const frames = "o\nh\nh\n";
    let received = "";
    // A busy runtime may join frames to one chunk.
    while (received.length < frames.length) received += await connection.chunk();
    assertEquals(received, frames);
  },
  async websocket(it: Program, server: string) {
    const socket = await it.websocket(server, `${newBase()}/websocket`);
    assertEquals([await socket.message(), await socket.message()], ["o", "h"]);
  },
};

for (const server of ["byMethod", "byProperty"]) {
  timeouts.waitingTest(`${server}: a request that nobody answers is cut off`, async (it) => {
    const connection = await it.connect(server);
    await connection.send({ path: "/x" });
    await isCutOff(connection);
  });

  timeouts.waitingTest(`${server}: what waits is not cut off`, async (it) => {
    await Promise.all(Object.values(waiting).map((waits) => waits(it, server)));
  });
}

timeouts.waitingTest("after a poll has been answered, the timeout works again", async (it) => {
  const base = await open(it, "byMethod");
  const connection = await it.connect("byMethod");
  await connection.write(
    `POST ${base}/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n` +
      "GET /x HTTP/1.1\r\nHost: x\r\n\r\n",
  );
  assertEquals((await connection.response()).body, "h\n");
  await isCutOff(connection);
});

timeouts.waitingTest("an upgrade behind a response that is not read is cut off", async (it) => {
  const paths = ["/echo/websocket", "/x"];
  const connections = await Promise.all(paths.map(async (path) => {
    const connection = await it.connect("large");
    await connection.send({ path: "/x" });
    await connection.send({ path, headers: { ...handshake } });
    return connection;
  }));
  await until(async () => await it.ask<number>("closed") === paths.length);
  for (const { reader } of connections) {
    const { length } = await reader.toEnd();
    assert(length < 32 * 1024 * 1024, `${length} bytes`);
  }
});

timeouts.waitingTest(
  "of two polls on a connection, the second waits on after the first",
  async (it) => {
    const [first, second] = [await open(it, "byMethod"), await open(it, "byMethod")];
    // Not before: the server cuts off a connection that has not asked for anything in time.
    const connection = await it.connect("byMethod");
    const polls = [first, second].map((base) =>
      `POST ${base}/xhr HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`
    );
    await connection.write(polls.join(""));
    const send = { ...post(`${first}/xhr_send`), body: '["hello"]' };
    assertEquals((await it.request("byMethod", send)).status, 204);
    assertEquals((await connection.response()).body, 'a["hello"]\n');
    assertEquals((await connection.response()).body, "h\n");
  },
);
