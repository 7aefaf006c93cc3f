/**
 * Probes of what a handler can see of a request's body.
 *
 * @module
 */

import { encodeRequest, exchange } from "../http_client.ts";
import { serve } from "../serve.ts";
import { TcpClient } from "../tcp_client.ts";

/** Content-Length and body as a handler sees them; the status where the runtime refuses. */
async function seenOf(headers: Record<string, string>, body = "abcd") {
  const port = serve(async (request) => {
    const length = request.headers.get("Content-Length");
    return Response.json([length, await request.text()]);
  });
  const { status, body: seen } = await exchange(port, {
    method: "POST",
    headers,
    body,
  });
  return status === 200 ? seen : status;
}

const chunked = "4\r\nabcd\r\n0\r\n\r\n";

/** Bodies that are longer than their announced length, and lengths that are none. */
export async function announcedLengths() {
  return {
    tooShort: await seenOf({ "Content-Length": "2" }),
    negative: await seenOf({ "Content-Length": "-2" }),
    noNumber: await seenOf({ "Content-Length": "2x" }),
    empty: await seenOf({ "Content-Length": "" }),
    two: await seenOf({ "Content-Length": "2", "content-length": "4" }),
    twice: await seenOf({ "Content-Length": "4", "content-length": "4" }),
    chunked: await seenOf({ "Transfer-Encoding": "chunked" }, chunked),
    chunkedToo: await seenOf({ "Content-Length": "2", "Transfer-Encoding": "chunked" }, chunked),
  };
}

/** How the reading of a body ended that began so and went on with an act of the client. */
async function readingOf(
  headers: Record<string, string>,
  begin: string,
  goOn: (client: TcpClient) => unknown,
) {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  const port = serve((request) => {
    request.text().then(() => ended.resolve("resolved"), () => ended.resolve("rejected"));
    begun.resolve();
    return ended.promise.then(() => new Response());
  });
  const client = await TcpClient.connect(port);
  client.write(encodeRequest({ method: "POST", headers, body: begin }));
  await begun.promise;
  goOn(client);
  const outcome = await ended.promise;
  client.vanish();
  return outcome;
}

/** Bodies that end before their end, and one whose second chunk has no length. */
export async function brokenBodies() {
  const vanish = (client: TcpClient) => client.vanish();
  const chunked = { "Transfer-Encoding": "chunked" };
  return {
    cutShort: await readingOf({ "Content-Length": "4" }, "ab", vanish),
    cutInAChunk: await readingOf(chunked, "4\r\nab", vanish),
    brokenChunk: await readingOf(chunked, "4\r\nabcd\r\n", (client) => client.write("xyz\r\n")),
  };
}
