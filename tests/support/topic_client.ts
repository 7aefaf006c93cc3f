/**
 * A client of the application that does with topics what its clients say, over any transport.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ReceivingTransport } from "./receiving_transports.ts";
import { receivingTransports } from "./receiving_transports.ts";
import type { TestServer } from "./test_server.ts";
import type { TopicCommand } from "./topic_commands.ts";

/** How it sends and receives. */
interface Carrier {
  readonly id: string;
  send(texts: string[]): Promise<void>;
  /** The next frame; of a raw websocket, the next message. */
  frame(): Promise<string>;
  /** Closes, as a client does that leaves. */
  close(): Promise<void>;
  /** Ends without a word. */
  abort(): void;
}

/** Every way to connect. */
export const topicCarriers: readonly string[] = [
  "websocket",
  "raw",
  ...receivingTransports.map(({ name }) => name),
];

/** One client. It keeps the messages that come before an answer. */
export class TopicClient {
  readonly #carrier: Carrier;
  readonly #isRaw: boolean;
  readonly #got: string[] = [];
  #lastNumber = 0;

  private constructor(carrier: Carrier, isRaw: boolean) {
    this.#carrier = carrier;
    this.#isRaw = isRaw;
  }

  /** Connects to a service by a websocket, and subscribes to topics. */
  static open(server: TestServer, service: string, ...topics: string[]): Promise<TopicClient> {
    return TopicClient.openBy("websocket", server, service, ...topics);
  }

  /** Connects in one of the ways of `topicCarriers`. */
  static async openBy(
    name: string,
    server: TestServer,
    service: string,
    ...topics: string[]
  ): Promise<TopicClient> {
    const transport = receivingTransports.find((each) => each.name === name);
    const carrier = transport === undefined
      ? await websocket(server, service, name === "raw")
      : await http(server, service, transport);
    const client = new TopicClient(carrier, name === "raw");
    for (const topic of topics) await client.ask("subscribe", topic);
    return client;
  }

  /** Its session's id, by which the server's records know it. */
  get id(): string {
    return this.#carrier.id;
  }

  /** Has the server do something, and gives the result. */
  async ask<Result = unknown>(...command: TopicCommand): Promise<Result> {
    await this.tell(command);
    const start = `answer ${this.#lastNumber} `;
    let answer: string | undefined;
    while (answer === undefined) {
      for (const text of this.#messages(await this.frame())) {
        if (text.startsWith(start)) answer = text.slice(start.length);
        else this.#got.push(text);
      }
    }
    return JSON.parse(answer);
  }

  /** Sends commands together, and does not wait for their answers, which are skipped. */
  async tell(...commands: TopicCommand[]): Promise<void> {
    await this.#carrier.send(
      commands.map((command) => JSON.stringify([++this.#lastNumber, command])),
    );
  }

  /** The next message that is not an answer. */
  async next(): Promise<string> {
    while (true) {
      while (this.#got.length === 0) this.#got.push(...this.#messages(await this.frame()));
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

  /** The next frame, as the transport carries it. */
  frame(): Promise<string> {
    return this.#carrier.frame();
  }

  /** Reads until the server has closed: the code. */
  async closed(): Promise<number> {
    while (true) {
      const frame = await this.frame();
      if (frame.startsWith("c[")) return JSON.parse(frame.slice(1))[0];
    }
  }

  /** Closes, and waits until the server has closed as well. */
  async close(): Promise<void> {
    await this.#carrier.close();
    await this.closed();
  }

  /** Ends the connection without a word. */
  abort(): void {
    this.#carrier.abort();
  }

  #messages(frame: string): string[] {
    if (this.#isRaw) return [frame];
    if (frame === "h") return [];
    if (frame[0] !== "a") throw new Error(`Expected messages, got ${frame}`);
    return JSON.parse(frame.slice(1));
  }
}

async function websocket(server: TestServer, service: string, isRaw: boolean): Promise<Carrier> {
  const id = server.newId();
  const socket = isRaw
    ? await server.websocket(`${service}/websocket?id=${id}`)
    : await server.websocketSession(service, id);
  return {
    id,
    send: (texts) => socket.sendText(...texts.map((text) => isRaw ? text : JSON.stringify(text))),
    frame: async () => {
      const event = await socket.next();
      if (event.type === "text") return event.text;
      // In the form of the other transports.
      if (event.type === "close") return `c${JSON.stringify([event.code, event.reason])}`;
      throw new Error(`Expected a frame, got ${JSON.stringify(event)}`);
    },
    close: () => socket.sendClose(1000),
    abort: () => socket.abort(),
  };
}

async function http(
  server: TestServer,
  service: string,
  transport: ReceivingTransport,
): Promise<Carrier> {
  const session = server.http(service);
  let receiving = await session.open(transport);
  const [, end = ""] = transport.framed("A").split("A");
  /** What has come of a stream: a long frame comes in pieces, short ones may come together. */
  let text = "";
  return {
    id: session.id,
    send: (texts) => session.send(...texts),
    frame: async () => {
      if (transport.prelude === undefined) return await (await session.ask(transport)).frame();
      let at = text.indexOf(end);
      while (at < 0) {
        const chunk = await receiving.connection.chunk();
        if (chunk === undefined) receiving = await (await session.ask(transport)).begun();
        else {
          const from = Math.max(0, text.length - end.length);
          text += chunk;
          at = text.indexOf(end, from);
        }
      }
      const framed = text.slice(0, at + end.length);
      text = text.slice(at + end.length);
      const frame = transport.unframed(framed);
      assertEquals(framed === transport.framed(frame), true, "the form of the transport");
      return frame;
    },
    // Over HTTP, only the server closes.
    close: () => session.send(JSON.stringify([0, ["close"]])),
    abort: () => receiving.abort(),
  };
}
