/**
 * A client that comes back whenever its server goes away, and writes down what goes wrong.
 *
 * @module
 */

import { until } from "../support/until.ts";
import { begin, type Line, type Transport } from "./lines.ts";

/** What a service says that closes. */
const goingAway = 'c[1001,"Server is shutting down"]';

/** How many sessions there were; the stock client draws the segment, which leaves more to chance. */
let segments = 0;

/** Has one session after another, of the service `/process`. */
export class ReturningClient {
  readonly transport: Transport;
  /** The server's segment of the session's URL. */
  segment = "";
  /** Which process has the session; empty while there is none. */
  process = "";
  /** How many sessions it has had that the server has closed with 1001. */
  returns = 0;
  /** How else sessions have ended. */
  readonly losses: string[] = [];
  readonly #service: string;
  readonly #echoed: string[] = [];
  #line: Line | undefined;
  #hasLeft = false;

  private constructor(proxy: string, transport: Transport) {
    this.#service = `${proxy}/process`;
    this.transport = transport;
  }

  /** Connects, and waits until a process has it. */
  static async open(proxy: string, transport: Transport): Promise<ReturningClient> {
    const client = new ReturningClient(proxy, transport);
    client.#run();
    await client.connected();
    return client;
  }

  /** Waits until a process has it. */
  async connected(): Promise<void> {
    await until(() => this.process !== "");
  }

  /** Sends a message and waits for its echo. */
  async echo(): Promise<void> {
    const message = crypto.randomUUID();
    try {
      await this.#line?.send(message);
    } catch (error) {
      this.losses.push((error as Error).message);
      return;
    }
    const { losses: { length } } = this;
    await until(() => this.#echoed.includes(message) || this.losses.length > length);
    this.#echoed.length = 0;
  }

  /** Comes back no more. */
  leave(): void {
    this.#hasLeft = true;
  }

  /** Has sessions until it leaves. */
  async #run(): Promise<void> {
    while (!this.#hasLeft) {
      try {
        const end = await this.#session();
        if (end === goingAway) this.returns++;
        else if (!this.#hasLeft) this.losses.push(end);
      } catch (error) {
        if (!this.#hasLeft) this.losses.push((error as Error).message);
      }
      this.process = "";
    }
  }

  /** Has one session, and gives its last frame. */
  async #session(): Promise<string> {
    const info = await fetch(`${this.#service}/info`);
    if (info.status !== 200) throw new Error(`info: ${info.status} ${await info.text()}`);
    const { base_url: baseUrl } = await info.json();
    // The proxy is on another port than it would be.
    const base = baseUrl === undefined
      ? this.#service
      : new URL(new URL(baseUrl).pathname, this.#service).href;
    this.segment = `${segments++ % 60}`.padStart(3, "0");
    const url = `${base}/${this.segment}/${crypto.randomUUID()}`;
    this.#line = begin(this.transport, url);
    let opens = 0;
    let last = "no frame";
    for await (const frame of this.#line.frames) {
      last = frame;
      if (frame.startsWith("c")) break;
      // Another process knows nothing of the session and makes a new one.
      if (frame === "o" && opens++ > 0) return "Server lost session";
      if (frame.startsWith("a")) {
        const messages: string[] = JSON.parse(frame.slice(1));
        if (this.process === "") this.process = messages.shift() ?? "";
        this.#echoed.push(...messages);
      }
    }
    return last;
  }
}
