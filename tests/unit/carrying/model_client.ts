/**
 * A client whose requests go to any server of a cluster, and what it must be able to rely on.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { ClusterModel, ServedConnection } from "./cluster_model.ts";

/** A client reads no more of a stream. */
interface Stall {
  readonly stream: ReadableStreamDefaultReader<Uint8Array>;
  readonly until: Promise<void>;
  readonly resume: () => void;
  /** How many messages the application had written before. */
  readonly written: number;
  isOver: boolean;
}

/** One session over xhr. As the stock client, it gives up when anything goes wrong. */
export class ModelClient {
  readonly #model: ClusterModel;
  readonly id: string;
  /** What happened, for reports. */
  readonly #log: string[] = [];
  /** It knows that its session is over, or has given up. */
  isOver = false;
  #receiving = false;
  #sending = false;
  /** Its connection, once the application has told its number. */
  #served: ServedConnection | undefined;
  /** How many messages of the application have come. */
  #got = 0;
  #hasOpened = false;
  /** How many sends were begun. */
  #sent = 0;
  #isAborted = false;
  /** A server that its requests do not go to any more; then another client comes as soon as it has ended. */
  #avoided: number | undefined;
  #hasFollower = false;
  /** It has broken a stream, of which its next request has to tell it; and whether that has begun. */
  #isInterrupted = false;
  #mustBeTold = false;
  /** Whether its receiving request is a stream. */
  #isStream = false;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #stalled: Stall | undefined;

  constructor(model: ClusterModel, id: string, avoided?: number) {
    this.#model = model;
    this.id = id;
    this.#avoided = avoided;
  }

  toString(): string {
    return `client of ${this.id}: ${this.#log.slice(-12).join(", ")}`;
  }

  /** Whether a request is under way. */
  get isBusy(): boolean {
    return this.#receiving || this.#sending;
  }

  async run(): Promise<void> {
    const { random } = this.#model;
    if (random.chance(0.15)) this.#openTwice();
    while (!this.isOver) {
      const path = random.chance(0.6) ? "xhr" : "xhr_streaming";
      this.#receiving = true;
      await this.#receive(path);
      this.#receiving = false;
      // Mostly at once, and always before the session is given up.
      const pause = random.pick([0, 0, 0, 0, 10, 300, 2000]);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Others open the same session at the same time. Then frames may go to any of them. */
  #openTwice(): void {
    this.#log.push("with others");
    this.#isAborted = true;
    for (let others = this.#model.random.pick([1, 2, 4]); others > 0; others--) {
      const read = (response: Response) => response.text();
      this.#request("xhr", null).then(read).catch(() => {});
    }
  }

  async #request(path: string, body: string | null, at = this.#anyServer): Promise<Response> {
    const { servers } = this.#model;
    this.#log.push(`${path}@${at}`);
    const url = `http://host/echo/0/${this.id}/${path}`;
    return await servers[at]!.handle(new Request(url, { method: "POST", body }));
  }

  get #anyServer(): number {
    const { random, servers } = this.#model;
    const at = random.below(servers.length);
    return at === this.#avoided ? (at + 1) % servers.length : at;
  }

  async #receive(path: string): Promise<void> {
    this.#mustBeTold = this.#isInterrupted;
    const response = await this.#request(path, null);
    if (response.status !== 200) {
      await response.body?.cancel().catch(() => {});
      return this.#giveUp(`receive ${response.status}`);
    }
    // What waits for it may have been given up already.
    if (this.isOver) return await response.body!.cancel().catch(() => {});
    const isStream = this.#isStream = path === "xhr_streaming";
    const reader = this.#reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    let frames = 0;
    let isFirst = isStream;
    try {
      for (;;) {
        await this.#stalled?.until;
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          if (!isFirst) frames++, this.#frame(line);
          isFirst = false;
        }
      }
    } catch (error) {
      if (isAssertion(error)) throw error;
      this.#giveUp("response broken");
    }
    this.#reader = undefined;
    if (this.isOver || this.#isAborted) return;
    assertEquals(rest, "", `half a frame: ${this}`);
    if (frames === 0 && !isStream) this.#giveUp("no frame");
  }

  #frame(frame: string): void {
    if (this.isOver) return;
    this.#log.push(frame.slice(0, 40));
    assert(!this.#mustBeTold || frame.startsWith("c"), `not told of its abort: ${this}`);
    if (frame === "o") {
      // The id was another session's before.
      if (this.#hasOpened) return this.#giveUp("second o");
      this.#hasOpened = true;
    } else if (frame.startsWith("c")) this.#closed(JSON.parse(frame.slice(1)));
    else if (frame.startsWith("a")) {
      for (const message of JSON.parse(frame.slice(1)) as string[]) this.#message(message);
    } else assertEquals(frame, "h", `no frame: ${this}`);
  }

  #closed([code]: [number, string]): void {
    this.isOver = true;
    this.#unstall();
    const served = this.#served;
    if (code === 3000 && served !== undefined) {
      const { written } = served;
      if (!this.#isAborted) assertEquals(this.#got, written, `closed too early: ${this}`);
      const { random, disconnectDelay } = this.#model;
      const free = disconnectDelay + 50;
      setTimeout(() => this.#free(), this.#hasFollower ? free : random.pick([0, 100, free, 6000]));
    } else this.#unexpected(`closed ${code}`);
  }

  /** Another client may use the id. It must not get what is still on its way. */
  #free(): void {
    if (this.#hasFollower) this.#model.addClient(this.id, this.#avoided);
    else this.#model.freeIds.push(this.id);
  }

  #message(message: string): void {
    // After an abort, messages are lost.
    if (this.#isAborted) return;
    const [connection, number] = message.split(" ").map(Number) as [number, number];
    if (!this.#hasOpened) return this.#giveUp("another client's session");
    this.#served ??= this.#model.connections[connection]!;
    assertEquals(connection, this.#served.number, `another connection: ${this}`);
    assertEquals(number, this.#got, `message twice, or out of order: ${this}`);
    this.#got++;
  }

  /** Its session ends, and another client comes at once. Neither uses a server that has trouble. */
  leavesSoon(avoided: number): void {
    this.#hasFollower = true;
    this.#avoided = avoided;
  }

  /** Sends messages, one after the other, to a server or to any. */
  async sendSoon(count: number, at?: number): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let i = 0; i < count && !this.isOver && this.#served !== undefined; i++) {
        await this.#send(this.#served, at);
      }
    } catch (error) {
      this.#model.guard(() => {
        throw error;
      });
    } finally {
      this.#sending = false;
    }
  }

  async #send(served: ServedConnection, at?: number): Promise<void> {
    const number = this.#sent++;
    const text = "y".repeat(this.#model.random.pick([0, 300]));
    const message = `${served.number} ${number} ${Date.now()} ${text}`;
    const { status } = await this.#request("xhr_send", JSON.stringify([message]), at);
    if (status === 204) {
      // Another session may have it, even one that has ended and was kept for a while.
      if (served.received <= number && this.#model.hasTwin(served)) served.strayed.add(number);
      if (served.strayed.has(number)) return;
      served.acknowledged++;
      const isThere = served.received > number || served.isOver || served.hasPaused;
      assert(isThere, `acknowledged, but not received: ${number} by ${this}`);
    } else if (!this.isOver) {
      const isDoubtful = status === 503 && this.#model.mayBeTakenForFormer(served);
      this.#giveUp(`send ${status}`, served.isOver || isDoubtful);
    }
  }

  /** Breaks its receiving request, and asks again. */
  abort(): void {
    if (this.#reader === undefined) return;
    this.#log.push("abort");
    const { isCalm, responseLimit } = this.#model;
    // Otherwise the response may have ended already, at the server.
    const isOpen = this.#isStream && responseLimit > 1e6 && this.#served !== undefined;
    this.#isInterrupted ||= isCalm && isOpen && !this.#isAborted;
    this.#isAborted = true;
    this.#unstall();
    this.#reader.cancel().catch(() => {});
  }

  /** Reads no more of a stream for a while, once. */
  stall(): ServedConnection | undefined {
    const stream = this.#reader;
    if (!this.#isStream || stream === undefined || this.isOver) return undefined;
    const { stream: former, isOver = true } = this.#stalled ?? {};
    if (former === stream || !isOver) return undefined;
    let resume = () => {};
    const until = new Promise<void>((resolve) => resume = resolve);
    const written = this.#served?.written ?? 0;
    this.#stalled = { resume, until, written, stream, isOver: false };
    // The session waits for longer, even if the response has ended.
    setTimeout(() => this.unstall(), 2000);
    return this.#served;
  }

  unstall(): void {
    const stalled = this.#stalled;
    if (stalled === undefined || stalled.isOver) return;
    if (this.#served !== undefined && stalled.stream === this.#reader) {
      this.#model.checkWindow(this.#served, stalled.written);
    }
    this.#unstall();
  }

  #unstall(): void {
    if (this.#stalled === undefined) return;
    this.#stalled.isOver = true;
    this.#stalled.resume();
  }

  #giveUp(why: string, isExpected = false): void {
    this.#log.push(why);
    this.isOver = true;
    this.#unstall();
    this.#reader?.cancel().catch(() => {});
    if (!isExpected) this.#unexpected(why);
  }

  /** Without faults, clients are told of nothing but ends. */
  #unexpected(what: string): void {
    const { isCalm } = this.#model;
    assert(!isCalm || this.#isAborted || !this.#hasOpened, `${what}, without a fault: ${this}`);
  }
}

function isAssertion(error: unknown): boolean {
  return error instanceof Error && error.name === "AssertionError";
}
