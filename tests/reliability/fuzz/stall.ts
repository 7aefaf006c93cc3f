/**
 * Stops a server's process for a random time, while clients send requests.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { HttpConnection } from "../../support/raw_http.ts";
import type { TestServer } from "../../support/test_server.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { pathOf } from "./made/plan.ts";

/** How many clients there are. */
const crowd = 30;

/** What a client does before the server stands still, and meanwhile. */
interface Habit {
  /** Asks before, so that it waits for a response. */
  readonly waits: boolean;
  /** Comes back over a connection that has to be accepted first. */
  readonly renews: boolean;
  /** Sends a message meanwhile as well. */
  readonly sends: boolean;
}

/** Stops the process and continues it: clients that polled meanwhile keep their sessions. */
export async function stall(server: TestServer, random: SeededRandom, id: string): Promise<void> {
  const disconnectDelay = random.pick([1000, 1200, 1500]);
  const ms = disconnectDelay * (1.2 + random.roll());
  const pause = random.below(disconnectDelay / 4);
  const numbers = { disconnectDelay, heartbeatDelay: 60_000 };
  const prefix = pathOf({ application: "obeys", functions: {}, numbers }, id);
  const clients = await Promise.all(Array.from({ length: crowd }, (_, at) => {
    const habit = {
      waits: random.chance(0.2),
      renews: random.chance(0.5),
      sends: random.chance(0.3),
    };
    return Poller.open(server, `${prefix}/000/${at}`, habit);
  }));
  try {
    // At any moment of a poll's life.
    await new Promise((resolve) => setTimeout(resolve, pause));
    Deno.kill(server.pid, "SIGSTOP");
    try {
      await Promise.all(clients.map((client) => client.asks()));
      // How long it stands still is what is tested.
      await new Promise((resolve) => setTimeout(resolve, ms));
    } finally {
      Deno.kill(server.pid, "SIGCONT");
    }
    const frames = await Promise.all(clients.map((client) => client.receives()));
    const shown = `${prefix} after ${pause} and for ${Math.round(ms)} ms`;
    assertEquals(new Set(frames), new Set(['a["x"]\n']), shown);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}

/** A client that polls. */
class Poller implements Disposable {
  readonly #server: TestServer;
  readonly #base: string;
  readonly #habit: Habit;
  readonly #connections: HttpConnection[] = [];
  #sending: Promise<number> | undefined;

  private constructor(server: TestServer, base: string, habit: Habit) {
    this.#server = server;
    this.#base = base;
    this.#habit = habit;
  }

  /** A session that has been used already. */
  static async open(server: TestServer, base: string, habit: Habit): Promise<Poller> {
    const poller = new Poller(server, base, habit);
    await poller.#connect();
    await poller.#ask();
    assertEquals(await poller.#frame(), "o\n");
    await poller.#ask();
    assertEquals(await poller.#send("before"), 204);
    assertEquals(await poller.#frame(), 'a["before"]\n');
    if (habit.waits) await poller.#ask();
    return poller;
  }

  /** What it does while the server stands still. */
  async asks(): Promise<void> {
    const { waits, renews, sends } = this.#habit;
    if (!waits) {
      if (renews) await this.#connect();
      await this.#ask();
    }
    if (sends) this.#sending = this.#send("x");
  }

  /** What comes then. */
  async receives(): Promise<string> {
    const status = await (this.#sending ?? this.#send("x"));
    return status === 204 ? await this.#frame() : `status ${status}`;
  }

  async #connect(): Promise<void> {
    this.#connections.push(await HttpConnection.open(this.#server.port));
  }

  async #ask(): Promise<void> {
    await this.#connections.at(-1)!.send({ method: "POST", path: `${this.#base}/xhr` });
  }

  async #frame(): Promise<string> {
    return (await this.#connections.at(-1)!.response("POST")).body;
  }

  async #send(message: string): Promise<number> {
    return (await this.#server.post(`${this.#base}/xhr_send`, JSON.stringify([message]))).status;
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}
