/**
 * Random actions of a client on a session of its own, over HTTP.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Receiving } from "../../support/receiving.ts";
import {
  polls,
  type ReceivingTransport,
  receivingTransports,
  streams,
} from "../../support/receiving_transports.ts";
import { messageFrame } from "../../support/reference_frame.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { type Body, drawBody } from "./bodies.ts";
import type { Case } from "./case.ts";
import type { Client } from "./client.ts";
import { meaningOfBody } from "./decoding.ts";
import { prefixes } from "./services.ts";

type Step =
  | { readonly does: "send"; readonly path: "xhr_send" | "jsonp_send"; readonly body: Body }
  | { readonly does: "poll"; readonly over: ReceivingTransport }
  | { readonly does: "poll twice"; readonly over: readonly ReceivingTransport[] };

/** The last thing: nothing more is expected of the session. */
type End =
  | { readonly does: "stream" | "abort"; readonly over: ReceivingTransport }
  | { readonly does: "leave" };

/** Draws a session, from its first poll to its end. */
export function drawSessionCase(random: SeededRandom, id: string): Case {
  const opening = random.pick(polls);
  const steps = random.several(1 + random.below(6), () => drawStep(random));
  const end = drawEnd(random);
  const base = `${prefixes.echo}/000/${id}`;
  const shows = [base, opening.name, ...[...steps, end].map(shown)];
  return { shows, run: (client) => live(client, base, opening, steps, end) };
}

function shown(step: Step | End): string {
  if (step.does === "send") return `${step.path} ${step.body.type}: ${step.body.bytes}`;
  if (step.does === "leave") return step.does;
  return `${step.does}: ${[step.over].flat().map(({ name }) => name).join(", ")}`;
}

function drawStep(random: SeededRandom): Step {
  const roll = random.roll();
  if (roll < 0.7) {
    return { does: "send", path: random.pick(["xhr_send", "jsonp_send"]), body: drawBody(random) };
  }
  if (roll < 0.9) return { does: "poll", over: random.pick(polls) };
  return { does: "poll twice", over: [random.pick(polls), random.pick(polls)] };
}

function drawEnd(random: SeededRandom): End {
  const does = random.pick(["stream", "abort", "leave"] as const);
  if (does === "leave") return { does };
  return { does, over: random.pick(does === "stream" ? streams : receivingTransports) };
}

async function live(
  client: Client,
  base: string,
  opening: ReceivingTransport,
  steps: readonly Step[],
  end: End,
): Promise<void> {
  const receive = new Reception(client, base);
  await receive.poll(opening, ["o"]);
  for (const step of steps) {
    if (step.does === "send") {
      receive.awaits(await send(client, base, step));
    } else if (step.does === "poll") {
      await receive.poll(step.over, receive.frames);
    } else {
      const frames = ['c[2010,"Another connection still open"]', ...receive.frames];
      await Promise.all(step.over.map((transport) => receive.poll(transport, frames)));
    }
  }
  if (end.does !== "leave") await receive.last(end.over, end.does === "stream");
}

/** Sends, and gives the messages that were taken. */
async function send(
  client: Client,
  base: string,
  { path, body }: Step & { does: "send" },
): Promise<readonly string[]> {
  const isForm = /form-url/i.test(body.type ?? "") && path === "jsonp_send";
  const meaning = meaningOfBody(isForm ? body.field : body.whole);
  const fields = body.type === undefined ? "" : `Content-Type: ${body.type}\r\n`;
  const response = await client.exchange("POST", `${base}/${path}`, fields, body.bytes);
  const accepted: [number, string] = path === "xhr_send" ? [204, ""] : [200, "ok"];
  const expected = typeof meaning === "string" ? [500, meaning] : accepted;
  assertEquals([response.status, response.body], expected);
  return typeof meaning === "string" ? [] : meaning;
}

/** The client's side of the session that receives. */
class Reception {
  readonly #client: Client;
  readonly #base: string;
  #messages: readonly string[] = [];

  constructor(client: Client, base: string) {
    this.#client = client;
    this.#base = base;
  }

  /** These messages are to come, after the others. */
  awaits(messages: readonly string[]): void {
    this.#messages = [...this.#messages, ...messages];
  }

  /** What an open session can have to say: a heartbeat only if there is nothing else. */
  get frames(): string[] {
    return [this.#messages.length === 0 ? "h" : messageFrame(...this.#messages)];
  }

  /** Polls for a frame of these. */
  async poll(transport: ReceivingTransport, frames: readonly string[]): Promise<void> {
    using connection = await this.#client.connect();
    const receiving = await Receiving.send(connection, transport, this.#base);
    const frame = await receiving.frame();
    if (frame.startsWith("a")) this.#messages = [];
    // The other poll may have taken the messages, and then this one waits for a heartbeat.
    const others = frames.length > 1 ? ["h"] : [];
    isOneOf(frame, [...frames, ...others]);
  }

  /** Asks, maybe takes what comes first, and goes. */
  async last({ method, path }: ReceivingTransport, takes: boolean): Promise<void> {
    using connection = await this.#client.connect();
    await connection.send({ method, path: `${this.#base}/${path}` });
    if (!takes) return;
    assertEquals((await connection.head()).status, 200);
    // On a busy machine, a runtime may join what follows.
    assert(await connection.chunk() !== undefined);
  }
}

/** Frames can be long: only where they differ is of interest. */
function isOneOf(frame: string, expected: readonly string[]): void {
  if (expected.includes(frame)) return;
  const [nearest = ""] = expected.filter((each) => each[0] === frame[0]);
  let same = 0;
  while (same < nearest.length && frame[same] === nearest[same]) same++;
  const [is, should] = [frame, nearest].map((text) => JSON.stringify(text.slice(same, same + 100)));
  throw new Error(`At ${same}, a frame has ${is}, and should have ${should}`);
}
