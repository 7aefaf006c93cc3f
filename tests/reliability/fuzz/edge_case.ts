/**
 * Streams that reach their response limit, at any frame and any byte.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { HttpConnection } from "../../support/raw_http.ts";
import {
  type ReceivingTransport,
  receivingTransports,
  streams,
} from "../../support/receiving_transports.ts";
import { closeFrame, messageFrame } from "../../support/reference_frame.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import { endService, says } from "./made/client.ts";
import { pathOf } from "./made/plan.ts";

/** A frame, and what brings the server to send it. */
interface Step {
  readonly frame: string;
  /** A message to the application; nothing where the server sends the frame by itself. */
  readonly command?: string;
  readonly does?: "shutdown";
}

interface Plan {
  readonly prefix: string;
  readonly base: string;
  readonly limit: number;
  readonly steps: readonly Step[];
  /** Whether there are heartbeats in between. */
  readonly heartbeats: boolean;
  /** Of the requests that receive, one after the other. */
  readonly transports: readonly ReceivingTransport[];
  /** The step at which the client goes away, if it does, and how soon (ms). */
  readonly leaves: number;
  readonly after: number;
}

const limits = [64, 70, 100, 128, 200, 257, 513, 1000, 1024, 4096];
/** A delay without heartbeats, which would change the byte counts. */
const quiet = 20_000;

/** Draws one. */
export function drawEdgeCase(random: SeededRandom, id: string): Case {
  const limit = random.pick(limits);
  const first = random.pick(streams);
  const crossing = drawCrossing(random);
  const heartbeats = crossing[0]?.frame === "h";
  const heartbeatDelay = heartbeats ? 500 : quiet;
  const application = random.pick(["obeys", "obeys", "reads"]);
  const numbers = { responseLimit: limit, heartbeatDelay, disconnectDelay: 10_000 };
  const prefix = pathOf({ application, functions: {}, numbers }, id);
  const size = sizeOn(first, crossing[0]?.frame ?? "");
  const steps = [
    { frame: "o" },
    ...fillings(random, first, limit - sizeOn(first, "o") - random.below(size + 3)),
    ...crossing,
  ];
  const plan: Plan = {
    ...{ prefix, base: `${prefix}/000/${id}`, limit, steps, heartbeats },
    transports: [first, ...random.several(steps.length, () => random.pick(receivingTransports))],
    leaves: random.chance(0.3) ? random.below(steps.length) : Infinity,
    after: random.pick([0, 0, 1, 5]),
  };
  const shows = [
    plan.base,
    ...plan.transports.map(({ name }) => name),
    ...steps.map(shown),
    `leaves at ${plan.leaves}, ${plan.after} ms later`,
  ];
  return { shows, run: (client) => cross(client, plan) };
}

function shown({ frame, command, does }: Step): string {
  return `${command ?? does ?? "nothing"}: ${frame}`;
}

/** What crosses the limit, and what comes then. */
function drawCrossing(random: SeededRandom): Step[] {
  const message = random.pick(["m", "m".repeat(30), "%<\u20ac"]);
  const close: Step = { frame: closeFrame(3000, "Go away!"), command: "close 3000 Go away!" };
  const empty: Step = { frame: closeFrame(3000, ""), command: "close 3000 " };
  const shutdown: Step = { frame: closeFrame(1001, "Server is shutting down"), does: "shutdown" };
  const said: Step = { frame: messageFrame(message), command: message };
  const last = random.pick([close, empty, shutdown]);
  const roll = random.roll();
  if (roll < 0.15) return random.several(3, () => ({ frame: "h" }));
  if (roll < 0.5) return [said, last];
  return [last];
}

/** Messages of which the frames have so many bytes, as far as that can be. */
function fillings(random: SeededRandom, transport: ReceivingTransport, bytes: number): Step[] {
  const least = sizeOn(transport, messageFrame(""));
  const filling = (size: number): Step => {
    const count = size - least;
    return { frame: messageFrame("x".repeat(count)), command: `write ${count}` };
  };
  if (bytes < least) return [];
  if (bytes < 2 * least || random.chance(0.5)) return [filling(bytes)];
  const cut = least + random.below(bytes - 2 * least + 1);
  return [filling(cut), filling(bytes - cut)];
}

function sizeOn({ framed }: ReceivingTransport, frame: string): number {
  return new TextEncoder().encode(framed(frame)).length;
}

/** Asks as often as it takes, and gets each frame once, whole and in order. */
async function cross(client: Client, plan: Plan): Promise<void> {
  const progress = { at: 0, said: 0, shutdown: Promise.resolve() };
  for (let times = 0; progress.at < plan.steps.length; times++) {
    const transport = plan.transports[times % plan.transports.length]!;
    using connection = await client.connect();
    await connection.send({ method: transport.method, path: `${plan.base}/${transport.path}` });
    const isOver = await receive(client, plan, progress, new Answer(connection, transport));
    if (isOver) break;
  }
  await progress.shutdown;
  await endService(client, plan.prefix);
}

/** How far that is. */
interface Progress {
  at: number;
  said: number;
  shutdown: Promise<void>;
}

/** Takes one response up to where it has to end. True if the client has gone in its middle. */
async function receive(
  client: Client,
  plan: Plan,
  progress: Progress,
  response: Answer,
): Promise<boolean> {
  const { steps, limit, base, prefix } = plan;
  const { transport } = response;
  let left = transport.prelude === undefined ? 0 : limit;
  if (progress.at > 0) await response.begins();
  while (true) {
    const { frame, command, does } = steps[progress.at] as Step;
    if (progress.said < progress.at) {
      progress.said = progress.at;
      if (command !== undefined) await says(client, base, command);
      if (does === "shutdown") progress.shutdown = endService(client, prefix);
    }
    if (progress.at === plan.leaves) {
      // The moment of leaving is drawn, too.
      if (plan.after > 0) await new Promise((resolve) => setTimeout(resolve, plan.after));
      response.abort();
      return true;
    }
    const got = await response.next(frame, plan.heartbeats);
    left -= sizeOn(transport, got);
    if (got === frame) progress.at++;
    const isLast = progress.at === steps.length;
    if (left <= 0 || frame[0] === "c" && isLast) {
      await response.ends();
      return false;
    }
    if (isLast) return false;
  }
}

/** What comes to a receiving request; runtimes may join or split what is sent. */
class Answer {
  readonly transport: ReceivingTransport;
  readonly #connection: HttpConnection;
  #text = "";
  #begun = false;
  /** All of it was there at once. */
  #isWhole = false;

  constructor(connection: HttpConnection, transport: ReceivingTransport) {
    this.#connection = connection;
    this.transport = transport;
  }

  /** A stream has begun when its prelude is there. */
  async begins(): Promise<void> {
    if (this.transport.prelude !== undefined) await this.#begin();
  }

  /** The frame that comes, which is this or, where there are some, a heartbeat. */
  async next(frame: string, heartbeats: boolean): Promise<string> {
    await this.#begin();
    const { framed } = this.transport;
    const frames = heartbeats ? [frame, "h"] : [frame];
    while (true) {
      const come = frames.find((each) => this.#text.startsWith(framed(each)));
      if (come !== undefined) {
        this.#text = this.#text.slice(framed(come).length);
        return come;
      }
      const chunk = await this.#next();
      assert(chunk !== undefined, `"${this.#text}", and not "${framed(frame)}"`);
      this.#text += chunk;
    }
  }

  /** Nothing more comes. */
  async ends(): Promise<void> {
    assertEquals([this.#text, await this.#next()], ["", undefined]);
  }

  abort(): void {
    this.#connection.close();
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    const head = await this.#connection.head();
    assertEquals(head.status, 200);
    const length = head.header("content-length");
    this.#isWhole = length !== undefined;
    this.#text = length === undefined
      ? await this.#connection.chunk() ?? ""
      : new TextDecoder().decode(await this.#connection.reader.exactly(Number(length)));
    const { prelude } = this.transport;
    if (prelude === undefined) return;
    const line = new RegExp(prelude.source.replace(/\$$/, ""));
    assert(line.test(this.#text), `A prelude is ${this.#text}`);
    this.#text = this.#text.replace(line, "");
  }

  async #next(): Promise<string | undefined> {
    return this.#isWhole ? undefined : await this.#connection.chunk();
  }
}
