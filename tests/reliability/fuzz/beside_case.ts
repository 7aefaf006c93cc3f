/**
 * Requests that other code on the same server reads, changes or answers as well.
 *
 * @module
 */

import { BrokenOff, Silence } from "../../support/byte_reader.ts";
import { fromLatin1 } from "../../support/bytes.ts";
import { handshake } from "../../support/raw_websocket.ts";
import { receivingTransports } from "../../support/receiving_transports.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { framed } from "./bodies.ts";
import { type Case, settlesSoon } from "./case.ts";
import { type Client, ended } from "./client.ts";
import { actionNames, fieldName } from "./made/before.ts";
import { endService } from "./made/client.ts";
import { drawPlan } from "./made/draw_plan.ts";
import { pathOf } from "./made/plan.ts";

interface Ask {
  readonly pieces: readonly string[];
  /** How long it waits before it says more, or goes (ms). */
  readonly ms: number;
  readonly stays: boolean;
}

/** Draws some requests to a service, one after the other. */
export function drawBesideCase(random: SeededRandom, id: string): Case {
  const { numbers, functions, application } = drawPlan(random);
  // That others are in the way is enough, as a rule.
  const plan = random.chance(0.7)
    ? { application: "obeys", functions: {}, numbers: { disconnectDelay: 100, heartbeatDelay: 50 } }
    : { application, functions, numbers };
  const prefix = pathOf(plan, id);
  const port = random.pick(["plain", "listening", "listening"]);
  const asks = random.several(1 + random.below(5), () => drawAsk(random, prefix));
  return {
    shows: [port, ...asks.flatMap(({ pieces }) => pieces)],
    async run(client) {
      using open = new DisposableStack();
      for (const ask of asks) await askThere(client, port, ask, open);
      await endService(client, prefix);
    },
  };
}

const fields = [
  ["Expect", "100-continue"],
  ["Expect", "nothing"],
  ["Connection", "close"],
  ["Connection", "Upgrade"],
  ["Upgrade", "h2c"],
  ["Upgrade", "websocket"],
  ["Accept-Encoding", "gzip"],
  ["Transfer-Encoding", "chunked"],
] as const;

/** One that opens a session, or goes on with it. */
function drawAsk(random: SeededRandom, prefix: string): Ask {
  const base = `${prefix}/000/${random.pick(["a", "a", "b"])}`;
  const before = random.several(random.pick([0, 1, 1, 1, 2, 3]), () => random.pick(actionNames));
  const head = before.length === 0 ? "" : `${fieldName}: ${before.join()}\r\n`;
  const others = random.several(
    random.chance(0.25) ? random.pick([1, 2]) : 0,
    () => random.pick(fields),
  )
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const text = drawRequest(random, prefix, base, head + others);
  const cut = random.chance(0.5) ? random.below(text.length) : text.length - random.below(5);
  const pieces = random.chance(0.6) ? [text] : [text.slice(0, cut), text.slice(cut)];
  // Behind it, what shall not get its response.
  const second = random.chance(0.1) ? [`GET ${prefix}/info HTTP/1.1\r\nHost: x\r\n\r\n`] : [];
  return { pieces: [...pieces, ...second], ms: random.pick([1, 5, 20]), stays: random.chance(0.3) };
}

function drawRequest(random: SeededRandom, prefix: string, base: string, head: string): string {
  const roll = random.roll();
  const request = (method: string, path: string, rest: string) =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\n${head}${rest}`;
  if (roll < 0.4) {
    const body = random.pick(['["write 100"]', '["close 3000 x"]', '["m"]', "[", "d=%5B%5D"]);
    const { fields, bytes } = framed(random, body);
    const length = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const path = `${base}/${random.pick(["xhr_send", "xhr_send", "jsonp_send"])}`;
    return request("POST", path, `${length}\r\n${bytes}`);
  }
  if (roll < 0.75) {
    const { method, path } = random.pick(receivingTransports);
    const length = method === "POST" ? "Content-Length: 0\r\n" : "";
    return request(method, `${base}/${path}`, `${length}\r\n`);
  }
  if (roll < 0.9) {
    const { "Sec-WebSocket-Version": version, ...others } = handshake;
    const all = Object.entries({
      ...others,
      "Sec-WebSocket-Version": random.pick([version, "12"]),
    });
    const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return request("GET", `${random.pick([base, prefix])}/websocket`, `${lines}\r\n`);
  }
  const path = prefix + random.pick(["", "/info", "/iframe.html", "/none"]);
  return request(random.pick(["GET", "OPTIONS", "HEAD", "PUT"]), path, "\r\n");
}

/** Whatever comes of it, others go on. */
async function askThere(
  client: Client,
  port: string,
  { pieces, ms, stays }: Ask,
  open: DisposableStack,
): Promise<void> {
  const connection = open.use(await client.connect(client.target.ports?.[port]));
  const all = connection.reader.toEnd().catch((error) => {
    // It is closed when the case is over.
    const isOver = error instanceof BrokenOff || error instanceof Silence ||
      error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
    if (!isOver) ended(error);
  });
  for (const piece of pieces) {
    await connection.write(fromLatin1(piece)).catch(ended);
    await settlesSoon(all, ms);
  }
  if (!stays) connection.close();
}
