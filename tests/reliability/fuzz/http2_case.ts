/**
 * Many requests on one HTTP/2 connection, which end at random moments.
 *
 * @module
 */

import { fromLatin1 } from "../../support/bytes.ts";
import type { Field } from "../../support/hpack.ts";
import { frame, headers, Http2Connection, types, uint32 } from "../../support/raw_http2.ts";
import { handshake } from "../../support/raw_websocket.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { checkError, statuses } from "./answers.ts";
import { drawBody } from "./bodies.ts";
import { type Case, settlesSoon } from "./case.ts";
import type { Client } from "./client.ts";
import { drawFields } from "./fields.ts";
import { endService } from "./made/client.ts";
import { drawPlan } from "./made/draw_plan.ts";
import { pathOf } from "./made/plan.ts";
import { drawTarget } from "./targets.ts";

/** A piece of what is sent, and a moment of waiting (ms). */
interface Piece {
  readonly shows: string;
  readonly bytes: Uint8Array;
  readonly ms: number;
}

/** Draws a connection, to one of the servers that speak it. */
export function drawHttp2Case(random: SeededRandom, id: string): Case {
  const plan = random.chance(0.5) ? drawPlan(random) : {
    application: "obeys",
    functions: {},
    numbers: { disconnectDelay: 100, heartbeatDelay: 50 },
  };
  const prefix = pathOf(plan, id);
  const where = random.roll();
  const count = random.pick([1, 2, 3, 5, random.chance(0.1) ? 200 : 8]);
  const lists = Array.from({ length: count }, (_, at) => drawStream(random, prefix, 2 * at + 1));
  const pieces = mixed(random, lists);
  if (random.chance(0.2)) pieces.splice(random.below(pieces.length + 1), 0, drawOdd(random));
  return {
    shows: [prefix, ...pieces.map(({ shows, ms }) => `${shows} (${ms} ms)`)],
    run: (client) => talk(client, prefix, where, pieces, count),
  };
}

const method = (name: string): Field => [":method", name];

/** Fields of a connection, which HTTP/2 has not. */
const forbidden: readonly Field[] = [
  ["connection", "Upgrade"],
  ["connection", "close"],
  ["upgrade", "websocket"],
  ["keep-alive", "timeout=5"],
  ["transfer-encoding", "chunked"],
  ["te", "trailers"],
  ["te", "gzip"],
  ["X-Upper", "x"],
  [":unknown", "x"],
  ["host", "other"],
  ["expect", "100-continue"],
  ["expect", "nothing"],
  ["content-length", "3"],
];

/** The frames of a request. */
function drawStream(random: SeededRandom, prefix: string, stream: number): Piece[] {
  const base = `/000/${random.pick(["a", "a", "b"])}`;
  const target = drawTarget(random, prefix, base.slice(5));
  const isSend = random.chance(0.25);
  const path = isSend ? `${prefix}${base}/xhr_send` : target.text;
  const verb = isSend ? "POST" : target.method;
  const fields: Field[] = [
    method(random.chance(0.9) ? verb : random.pick(["GET", "HEAD", "PUT", "OPTIONS", "CONNECT"])),
    [":scheme", random.chance(0.95) ? "https" : "ftp"],
    [":authority", random.chance(0.95) ? "x" : "x/y?"],
    [":path", path],
    ...drawFields(random).map(([name, value]): Field => [name.toLowerCase(), value]),
  ];
  if (target.endpoint.endsWith("websocket")) {
    const version = random.pick(["12", "13", "", "x"]);
    if (random.chance(0.8)) fields.push(["sec-websocket-version", version]);
    if (random.chance(0.3)) {
      fields.push(["sec-websocket-key", handshake["Sec-WebSocket-Key"] ?? ""]);
    }
    if (random.chance(0.2)) fields.splice(0, 1, method("CONNECT"), [":protocol", "websocket"]);
  }
  if (random.chance(0.1)) fields.push(random.pick(forbidden));
  const commands = ['["write 1000"]', '["close 3000 x"]', '["m"]', '["many 100"]'];
  const body = random.chance(0.7) ? random.pick(commands) : drawBody(random).bytes;
  const bodies = verb === "POST" ? cutUp(random, body) : [];
  const piece = (shows: string, bytes: Uint8Array): Piece => {
    return { shows: `${stream} ${shows}`, bytes, ms: random.pick([0, 0, 0, 1, 5]) };
  };
  const pieces = [
    piece(JSON.stringify(fields), headers(stream, fields, bodies.length === 0)),
    ...bodies.map((text, at) => {
      const isLast = at === bodies.length - 1;
      const bytes = fromLatin1(text) as Uint8Array<ArrayBuffer>;
      return piece(`data ${text}`, frame(types.data, isLast ? 1 : 0, stream, bytes));
    }),
  ];
  if (random.chance(0.6)) return pieces;
  const reset = frame(types.reset, 0, stream, uint32(random.pick([0, 1, 2, 5, 7, 8, 11])));
  pieces.splice(1 + random.below(pieces.length), random.pick([0, 9]), piece("reset", reset));
  return pieces;
}

function cutUp(random: SeededRandom, body: string): string[] {
  const at = random.below(body.length + 1);
  return random.chance(0.5) ? [body] : [body.slice(0, at), body.slice(at), ""];
}

/** All in their order, and the lists in any. */
function mixed(random: SeededRandom, lists: readonly Piece[][]): Piece[] {
  // Streams have to begin in the order of their numbers.
  if (random.chance(0.5)) return lists.flat();
  const heads = lists.map(([first]) => first).filter((each) => each !== undefined);
  const rests = lists.map((list) => list.slice(1));
  const rest: Piece[] = [];
  while (rests.some((list) => list.length > 0)) {
    const piece = random.pick(rests).shift();
    if (piece !== undefined) rest.push(piece);
  }
  return [...heads, ...rest];
}

/** What ends connections, or should. */
function drawOdd(random: SeededRandom): Piece {
  const odd: readonly (readonly [string, Uint8Array])[] = [
    ["goaway", frame(types.goaway, 0, 0, new Uint8Array(8))],
    ["goaway in mid-stream", frame(types.goaway, 0, 0, new Uint8Array([0, 0, 0, 1, 0, 0, 0, 2]))],
    ["ping", frame(types.ping, 0, 0, new Uint8Array(8))],
    ["bad ping", frame(types.ping, 0, 0, new Uint8Array(7))],
    ["window of nothing", frame(types.window, 0, 0, uint32(0))],
    ["window", frame(types.window, 0, 1, uint32(0x7fffffff))],
    ["small window", frame(types.settings, 0, 0, new Uint8Array([0, 4, 0, 0, 0, 1]))],
    ["data of nobody", frame(types.data, 0, 999, new Uint8Array(3))],
    ["half a head", frame(types.headers, 0, 999, new Uint8Array(3))],
    ["nonsense", fromLatin1("GET / HTTP/1.1\r\n\r\n")],
    ["reset of nothing", frame(types.reset, 0, 997, uint32(8))],
    ["unknown", frame(200, 255, 3, new Uint8Array(3))],
    ["priority", frame(types.priority, 0, 1, new Uint8Array([0, 0, 0, 1, 9]))],
  ];
  const [shows, bytes] = random.pick(odd);
  return { shows, bytes, ms: random.pick([0, 1, 5]) };
}

const aborted = "Error: The client stopped reading, so its response was aborted";

/** Each response is one that is documented. */
async function talk(
  client: Client,
  prefix: string,
  where: number,
  pieces: readonly Piece[],
  count: number,
): Promise<void> {
  const servers = Object.entries(client.target.ports ?? {}).filter(([name]) =>
    ["clear", "secure", "hono"].includes(name)
  );
  const [name, port] = servers[Math.floor(where * servers.length)] ?? [];
  if (port === undefined) return;
  using connection = await Http2Connection.open(port, name === "secure");
  for (const { bytes, ms } of pieces) {
    await connection.write(bytes);
    if (ms > 0) await settlesSoon(connection.over, ms);
  }
  await settlesSoon(connection.over, 10);
  for (let at = 0; at < count; at++) {
    const { status, text, isOver } = connection.stateOf(2 * at + 1);
    if (status === 0) continue;
    if (![...statuses, 500, 501, 503].includes(status)) throw new Error(`Status ${status}`);
    if (!isOver || text === "Internal error") continue;
    // Of a body that fails before anything was sent, Hono's server makes a response.
    if (name === "hono" && status === 500 && text === aborted) continue;
    checkError(status, text, prefix);
  }
  connection.close();
  await endService(client, prefix);
}
