/**
 * A service under many clients: random actions over all transports at once, from its creation to
 * its end.
 *
 * @module
 */

import { BrokenOff, Silence } from "../../support/byte_reader.ts";
import { handshake } from "../../support/raw_websocket.ts";
import { readHead, readWhole } from "../../support/raw_response.ts";
import {
  type ReceivingTransport,
  receivingTransports,
} from "../../support/receiving_transports.ts";
import { closePayload, oddFrame, textFrame } from "../../support/frame_bytes.ts";
import type { HttpConnection } from "../../support/raw_http.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { checkError, checkHead } from "./answers.ts";
import { type Case, settlesSoon } from "./case.ts";
import { type Client, ended } from "./client.ts";
import { endService } from "./made/client.ts";
import { drawPlan } from "./made/draw_plan.ts";
import { pathOf } from "./made/plan.ts";
import { drawPayload } from "./payloads.ts";

interface Step {
  readonly shows: string;
  run(client: Client, held: HttpConnection[]): Promise<void>;
}

/** Draws one. */
export function drawLifeCase(random: SeededRandom, id: string): Case {
  const prefix = pathOf(drawPlan(random), id);
  const steps = random.several(2 + random.below(6), () => drawStep(random, prefix));
  return {
    shows: [prefix, ...steps.map(({ shows }) => shows)],
    async run(client) {
      const held: HttpConnection[] = [];
      try {
        for (const step of steps) await step.run(client, held).catch(broken);
      } finally {
        for (const connection of held) connection.close();
      }
      await endService(client, prefix);
    },
  };
}

/** A service that is closed may end its connections in the middle of a response. */
function broken(error: unknown): void {
  if (!(error instanceof BrokenOff)) ended(error);
}

const sizes = [0, 1, 10, 63, 64, 65, 100, 257, 1000, 5000, 70_000];

/** What is said to the application. */
function drawCommand(random: SeededRandom): string {
  const size = random.pick(sizes);
  return random.pick([
    `write ${size}`,
    `write ${size} \u20ac`,
    `many ${size}`,
    random.pick([
      "close 3000 Go away!",
      "close 1000 ",
      `close 4000 ${"r".repeat(100)}`,
      "end last",
    ]),
    `pause ${random.pick([0, 5, 50])}`,
    "throw",
    "x".repeat(size),
  ]);
}

function drawStep(random: SeededRandom, prefix: string): Step {
  const base = `${prefix}/000/${random.pick(["a", "a", "a", "b"])}`;
  const roll = random.roll();
  if (roll < 0.4) return drawReception(random, base);
  if (roll < 0.75) return drawSend(random, base);
  if (roll < 0.95) return drawSocket(random, random.chance(0.7) ? base : prefix);
  const ends = random.chance(0.3);
  const path = ends ? `/end${prefix}` : `${prefix}${random.pick(["", "/info", "/iframe.html"])}`;
  return { shows: path, run: (client) => ask(client, "GET", path) };
}

/** Requests of one receiver, in which it reads for a while, or not at all. */
function drawReception(random: SeededRandom, base: string): Step {
  const transport = random.pick(receivingTransports);
  const leaves = random.chance(0.4);
  const chunks = random.pick([0, 1, 2, 4]);
  const ms = random.pick([1, 10, 50]);
  return {
    shows: `${transport.path}: ${chunks} chunks in ${ms} ms, ${leaves ? "leaves" : "stays"}`,
    async run(client, held) {
      const connection = await client.connect();
      held.push(connection);
      const { method, path } = transport;
      await connection.send({ method, path: `${base}/${path}` });
      await settlesSoon(read(connection, transport, chunks).catch(broken), ms);
      if (leaves) connection.close();
    },
  };
}

async function read(
  connection: HttpConnection,
  { method }: ReceivingTransport,
  chunks: number,
): Promise<void> {
  if (chunks === 0) return;
  const head = await readHead(connection.reader);
  if (head === undefined) return;
  checkHead(head, true);
  if (head.header("transfer-encoding") === undefined) {
    return void await readWhole(connection.reader, head, method);
  }
  for (let at = 0; at < chunks; at++) if (await connection.chunk() === undefined) break;
}

function drawSend(random: SeededRandom, base: string): Step {
  const messages = random.several(random.pick([1, 1, 1, 3, 50]), () => drawCommand(random));
  const body = random.chance(0.9) ? JSON.stringify(messages) : drawPayload(random).text;
  const path = `${base}/${random.pick(["xhr_send", "jsonp_send"])}`;
  const leaves = random.chance(0.15);
  return {
    shows: `${path}${leaves ? ", leaves" : ""}: ${body}`,
    async run(client) {
      if (!leaves) return await ask(client, "POST", path, body);
      using connection = await client.connect();
      await connection.send({ method: "POST", path, body }).catch(ended);
    },
  };
}

/** A paused application lets sends wait; so not for ever. */
async function ask(client: Client, method: string, path: string, body?: string): Promise<void> {
  using connection = await client.connect();
  await connection.send({ method, path, ...(body !== undefined && { body }) }).catch(ended);
  const respond = async () => {
    const head = await readHead(connection.reader);
    if (head === undefined) return;
    checkHead(head, true);
    const response = await readWhole(connection.reader, head, method);
    if (head.status !== 500 || response.body !== "Internal error") {
      checkError(response.status, response.body, path);
    }
  };
  let error: unknown;
  await settlesSoon(respond().catch((thrown) => error = thrown), 200);
  if (error !== undefined && !(error instanceof Silence)) broken(error);
}

/** A websocket, with what it says and how it goes. */
function drawSocket(random: SeededRandom, base: string): Step {
  const said = random.several(random.below(4), () => JSON.stringify(drawCommand(random)));
  const end = random.pick(["stays", "leaves", "closes", "closes badly"]);
  const ms = random.pick([1, 10, 50]);
  const code = end === "closes" ? 1000 : 999;
  const close = oddFrame({ first: 0x88, payload: closePayload(code) });
  return {
    shows: `${base}/websocket: ${said.join(" ")}, ${end} after ${ms} ms`,
    async run(client, held) {
      const connection = await client.connect();
      held.push(connection);
      await connection.send({ path: `${base}/websocket`, headers: handshake }).catch(ended);
      const head = await readHead(connection.reader).catch(broken);
      if (head === undefined) return;
      checkHead(head, true);
      if (head.status !== 101) return;
      for (const text of said) await connection.write(textFrame(text)).catch(ended);
      if (end.startsWith("closes")) await connection.write(close).catch(ended);
      await settlesSoon(connection.reader.toEnd().catch(() => {}), ms);
      if (end !== "stays") connection.close();
    },
  };
}
