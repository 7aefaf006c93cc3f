/**
 * Random requests on one connection, and checks of their responses.
 *
 * @module
 */

import { BrokenOff } from "../../support/byte_reader.ts";
import { fromLatin1 } from "../../support/bytes.ts";
import type { HttpConnection } from "../../support/raw_http.ts";
import { readHead, readWhole, type ResponseHead } from "../../support/raw_response.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { checkError, checkHead, isStream } from "./answers.ts";
import { type Case, settlesSoon } from "./case.ts";
import { type Client, ended } from "./client.ts";
import { drawRequest, opening, type Request } from "./requests.ts";
import { bases } from "./services.ts";

/** Draws a request; or some, one after the other, on a session. */
export function drawHttpCase(random: SeededRandom, id: string): Case {
  const base = random.pick(bases);
  if (random.chance(0.85)) return drawOne(random, base, id);
  const opened = opening(base, id);
  const others = random.several(random.pick([1, 2, 3]), () => drawOne(random, base, id));
  return {
    shows: [opened.text, ...others.flatMap(({ shows }) => shows)],
    async run(client) {
      await exchange(client, opened);
      for (const other of others) await other.run(client);
    },
  };
}

/** A request, or two in one packet. */
function drawOne(random: SeededRandom, base: string, id: string): Case {
  const request = drawRequest(random, base, id);
  if (request.isSound && random.chance(0.9)) {
    return { shows: [request.text], run: (client) => exchange(client, request) };
  }
  const second = random.chance(0.3) ? drawRequest(random, base, id).text : "";
  const cut = random.chance(0.2) ? random.below(request.text.length) : 0;
  const leaves = random.chance(0.1) && !handshake.test(request.text + second);
  const text = request.text + second;
  const pieces = [text.slice(0, cut), text.slice(cut)].filter((piece) => piece !== "");
  const expected = leaves ? 0 : second === "" ? 1 : 2;
  return {
    shows: [...pieces, `(waits for ${expected} answers)`],
    run: (client) => throwAt(client, pieces, expected),
  };
}

/** A faultless request has its response. */
async function exchange(client: Client, { text, method }: Request): Promise<void> {
  const [connection, head] = await client.begin(text);
  using cleanup = new DisposableStack();
  cleanup.defer(() => connection.close());
  checkHead(head, true);
  if (isStream(head) && method !== "HEAD") {
    // A prelude, and a frame: heartbeats are short.
    for (let chunks = 0; chunks < 2; chunks++) {
      if (await connection.chunk() === undefined) break;
    }
  } else if (head.status !== 101) {
    const response = await readWhole(connection.reader, head, method);
    checkError(response.status, response.body, text);
    cleanup.move();
    client.keep(connection, response);
  }
}

/** What may be one, and one behind another request. */
const handshake = /\/websocket[^]*upgrade[^]*\n\r?\n/i;
const lateHandshake = new RegExp(`\\n\\r?\\n[^]*${handshake.source}`, "i");

/** Whatever it is, the server answers it, or ends the connection, or waits for more. */
async function throwAt(client: Client, pieces: readonly string[], expected: number): Promise<void> {
  const text = pieces.join("");
  // Deno keeps the socket of an upgrade whose client has gone before its 101.
  const isDeno = client.target.host === "deno";
  if (isDeno && lateHandshake.test(text)) return;
  using connection = await client.connect();
  for (const piece of pieces) await connection.write(fromLatin1(piece)).catch(ended);
  const reading = readResponses(connection, text, expected);
  const isUrgent = isDeno && handshake.test(text);
  if (!await settlesSoon(reading) && !(isUrgent && await settlesSoon(reading, 2000))) {
    // For what it waits, it shall see that this will never come.
    await connection.finish().catch(ended);
  }
  await reading;
}

/** The first answers, as far as they come. */
async function readResponses(
  connection: HttpConnection,
  text: string,
  count: number,
): Promise<void> {
  try {
    for (let responses = 0; responses < count; responses++) {
      const head = await readHead(connection.reader);
      if (head === undefined) return;
      checkHead(head, false);
      if (head.status === 100) continue;
      // What follows the head depends on the method, and who knows that?
      if (head.status === 101 || isStream(head) || text.includes("HEAD")) return;
      const { status, body } = await readWhole(connection.reader, head, "GET");
      checkError(status, body, text);
      if (isLast(head)) return;
    }
  } catch (error) {
    // Bun answers what it cannot parse at once, also in the middle of another response.
    const isBuns = error instanceof Error && / HTTP\/1\.1 (400|431|505) /.test(error.message);
    if (!(error instanceof BrokenOff || isBuns)) throw error;
  }
}

function isLast(head: ResponseHead): boolean {
  return head.version !== "1.1" || head.members("connection").includes("close");
}
