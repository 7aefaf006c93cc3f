/** Tests of HTTP/2 clients that announce by GOAWAY that they leave. */

import { assertEquals } from "@std/assert";
import { flags, frame, headers, Http2Connection, types } from "../support/raw_http2.ts";
import { until } from "../support/until.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const leaving = new Programs("leaving.ts", {
  deno: "its HTTP/2 library ends the process when clients leave early",
  bun: "this is about HTTP/2 of Node",
});

const goaway = frame(types.goaway, 0, 0, new Uint8Array(8));
/** Breaks the protocol. */
const shortPing = frame(types.ping, 0, 0, new Uint8Array(7));

/** The frames of a request. */
function post(stream: number, path: string, body?: string): Uint8Array[] {
  const fields = { ":method": "POST", ":scheme": "https", ":authority": "x", ":path": path };
  const head = headers(stream, Object.entries(fields), body === undefined);
  if (body === undefined) return [head];
  return [head, frame(types.data, flags.endStream, stream, new TextEncoder().encode(body))];
}

async function connect(it: Program, server: string): Promise<Http2Connection> {
  return it.closing(await Http2Connection.open(await it.port(server), server === "secure"));
}

/** A connection on which a session is open, its poll waits, and GOAWAY was sent. */
async function leave(it: Program, server: string, base: string): Promise<Http2Connection> {
  const connection = await connect(it, server);
  await connection.write(...post(1, `${base}/xhr`));
  await until(() => connection.stateOf(1).isOver);
  await connection.write(...post(3, `${base}/xhr`), goaway);
  await roundTrip(connection);
  return connection;
}

/** The server has read all that was sent before. */
async function roundTrip(connection: Http2Connection): Promise<void> {
  const { pongs } = connection;
  await connection.write(frame(types.ping, 0, 0, new Uint8Array(8)));
  await until(() => connection.pongs > pongs);
}

for (const server of ["clear", "hono"]) {
  leaving.test(`HTTP/2: many clients that send GOAWAY and a request at once do not end the process (${server})`, async (it) => {
    const port = await it.port(server);
    // Where nothing is installed on the server, the first request makes it known.
    const first = await connect(it, server);
    await first.write(...post(1, "/echo"));
    await until(() => first.stateOf(1).isOver);
    for (let clients = 0; clients < 1000; clients += 10) {
      await Promise.all(Array.from({ length: 10 }, async () => {
        using connection = await Http2Connection.open(port, false);
        await connection.write(goaway, ...post(1, "/echo"), ...post(3, "/echo"));
        await connection.over;
      }));
    }
  });
}

for (const server of ["clear", "secure", "hono"]) {
  const base = `/echo/0/leaving-${server}`;

  leaving.test(`HTTP/2: no socket is left of a client that breaks the protocol after its GOAWAY (${server})`, async (it) => {
    const connection = await leave(it, server, `${base}-1`);
    await connection.write(shortPing);
    connection.close();
    await it.ask("minute");
    await it.ask("minute");
    await until(async () => await it.ask("connections", server) === 0);
  });

  leaving.test(`HTTP/2: a client that waits for its responses after its GOAWAY gets them (${server})`, async (it) => {
    const connection = await leave(it, server, `${base}-2`);
    for (let minutes = 0; minutes < 5; minutes++) {
      await it.ask("minute");
      // With the first, the settings have come. With the second, they are acknowledged.
      await roundTrip(connection);
      await roundTrip(connection);
    }
    assertEquals(connection.stateOf(3).isOver, false);
    const other = await connect(it, server);
    await other.write(...post(1, `${base}-2/xhr_send`, '["hello"]'));
    await connection.over;
    assertEquals(connection.stateOf(3), { status: 200, text: 'a["hello"]\n', isOver: true });
  });
}
