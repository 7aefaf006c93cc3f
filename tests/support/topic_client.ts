/**
 * A websocket client of the application that does with topics what its clients say.
 *
 * @module
 */

import type { RawWebSocket } from "./raw_websocket.ts";
import type { TestServer } from "./test_server.ts";
import type { TopicCommand } from "./topic_commands.ts";

/** One client. It keeps the messages that come before an answer. */
export class TopicClient {
  readonly #socket: RawWebSocket;
  readonly #isRaw: boolean;
  readonly #got: string[] = [];
  #lastNumber = 0;

  private constructor(socket: RawWebSocket, isRaw: boolean) {
    this.#socket = socket;
    this.#isRaw = isRaw;
  }

  /** Connects to a service, and subscribes to topics. */
  static async open(
    server: TestServer,
    service: string,
    ...topics: string[]
  ): Promise<TopicClient> {
    const client = new TopicClient(await server.websocketSession(service), false);
    for (const topic of topics) await client.ask("subscribe", topic);
    return client;
  }

  /** The same by a raw websocket. */
  static async openRaw(
    server: TestServer,
    service: string,
    ...topics: string[]
  ): Promise<TopicClient> {
    const client = new TopicClient(await server.websocket(`${service}/websocket`), true);
    for (const topic of topics) await client.ask("subscribe", topic);
    return client;
  }

  /** Has the server do something, and gives the result. */
  async ask<Result = unknown>(...command: TopicCommand): Promise<Result> {
    await this.tell(command);
    const start = `answer ${this.#lastNumber} `;
    let answer: string | undefined;
    while (answer === undefined) {
      for (const text of await this.#read()) {
        if (text.startsWith(start)) answer = text.slice(start.length);
        else this.#got.push(text);
      }
    }
    return JSON.parse(answer);
  }

  /** Sends commands in one packet, and does not wait for their answers, which are skipped. */
  async tell(...commands: TopicCommand[]): Promise<void> {
    const texts = commands.map((command) => JSON.stringify([++this.#lastNumber, command]));
    await this.#socket.sendText(...texts.map((text) => this.#isRaw ? text : JSON.stringify(text)));
  }

  /** The next message that is not an answer. */
  async next(): Promise<string> {
    while (true) {
      while (this.#got.length === 0) this.#got.push(...await this.#read());
      const message = this.#got.shift()!;
      if (!message.startsWith("answer ")) return message;
    }
  }

  /** All messages up to this one, which must come. */
  async upTo(last: string): Promise<string[]> {
    const messages: string[] = [];
    do messages.push(await this.next()); while (messages.at(-1) !== last);
    return messages;
  }

  /** Closes, and waits until the server has closed as well. */
  async close(): Promise<void> {
    await this.#socket.sendClose(1000);
    while ((await this.#socket.next()).type !== "close");
  }

  /** Ends the connection without a word. */
  abort(): void {
    this.#socket.abort();
  }

  async #read(): Promise<string[]> {
    const frame = await this.#socket.message();
    if (this.#isRaw) return [frame];
    if (frame === "h") return [];
    if (frame[0] !== "a") throw new Error(`Expected messages, got ${frame}`);
    return JSON.parse(frame.slice(1));
  }
}
