/**
 * The HTTP client of a session: one connection receives, one sends.
 *
 * @module
 */

import { readBody, readHead, readTexts, type ResponseHead } from "./answers.ts";
import { type Client, handOn, type Listener } from "./client.ts";
import { framesIn, type HttpTransport } from "./http_transports.ts";
import { Wire } from "./wire.ts";

/** Within how many ms an idle connection shows that its server has ended it. */
const soon = 500;

const encoder = new TextEncoder();

/** A session over HTTP. */
export class HttpClient implements Client {
  readonly confirmsSends = true;
  readonly #transport: HttpTransport;
  readonly #base: string;
  readonly #receiver: KeptWire;
  readonly #sender: KeptWire;
  readonly #pause: () => Promise<void> | undefined;
  #receives = true;
  #isClosed = false;

  /**
   * @param base the session's path
   * @param pause what a client does between two responses
   */
  constructor(
    transport: HttpTransport,
    port: number,
    base: string,
    pause: () => Promise<void> | undefined,
  ) {
    this.#transport = transport;
    this.#base = base;
    this.#receiver = new KeptWire(port);
    this.#sender = new KeptWire(port);
    this.#pause = pause;
  }

  async receive(listener: Listener): Promise<void> {
    const { method, path } = this.#transport;
    while (this.#receives && !this.#isClosed) {
      const { wire, head } = await this.#receiver.ask(method, `${this.#base}/${path}`);
      if (head.status !== 200) throw new Error(`${head.status}: ${await readBody(wire, head)}`);
      await this.#take(wire, head, listener);
      if (!this.#isClosed) await this.#pause();
    }
  }

  async send(messages: readonly string[]): Promise<void> {
    const json = JSON.stringify(messages);
    const { scripts = false } = this.#transport;
    const body = scripts ? `d=${encodeURIComponent(json)}` : json;
    const path = `${this.#base}/${scripts ? "jsonp_send" : "xhr_send"}`;
    const type = scripts ? "application/x-www-form-urlencoded" : "text/plain";
    const { wire, head } = await this.#sender.ask("POST", path, body, type);
    const response = await readBody(wire, head);
    if (head.status !== (scripts ? 200 : 204)) {
      throw new Error(`A send was answered ${head.status}: ${response}`);
    }
  }

  // A script's request cannot be cut: the page is gone, and asks for no more.
  leave(): Promise<void> {
    if (this.#transport.scripts) this.stopReceiving();
    else this.cut();
    return Promise.resolve();
  }

  stopReceiving(): void {
    this.#receives = false;
  }

  stopReading(): void {
    this.#receiver.stopReading();
  }

  cut(): void {
    this.#receives = false;
    this.#receiver.close();
    this.#sender.close();
  }

  async #take(wire: Wire, head: ResponseHead, listener: Listener): Promise<void> {
    const transport = this.#transport;
    const texts = readTexts(wire, head);
    // The prelude is a chunk of its own.
    if (transport.streams) await texts.next();
    for await (const frame of framesIn(transport, texts)) {
      if (handOn(frame, listener)) this.#isClosed = true;
    }
  }
}

/** A connection that is kept between requests, as long as the server keeps it. */
class KeptWire {
  readonly #port: number;
  #wire: Wire | undefined;
  #reads = true;
  #closed = false;

  constructor(port: number) {
    this.#port = port;
  }

  async ask(
    method: string,
    path: string,
    body = "",
    type?: string,
  ): Promise<{ wire: Wire; head: ResponseHead }> {
    let request = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
    if (method === "POST") request += `Content-Length: ${encoder.encode(body).length}\r\n`;
    if (type !== undefined) request += `Content-Type: ${type}\r\n`;
    request += `\r\n${body}`;
    const isNew = this.#wire === undefined;
    const wire = await this.#ready();
    const start = performance.now();
    try {
      await wire.write(request);
      return { wire, head: await readHead(wire) };
    } catch (error) {
      // A server may end an idle connection just now. Clients ask again then, as browsers do;
      // a request that was waiting is none of that.
      if (isNew || this.#closed || !this.#reads || performance.now() - start > soon) {
        throw error;
      }
    }
    wire.close();
    this.#wire = undefined;
    const another = await this.#ready();
    await another.write(request);
    return { wire: another, head: await readHead(another) };
  }

  stopReading(): void {
    this.#reads = false;
    this.#wire?.stopReading();
  }

  close(): void {
    this.#closed = true;
    this.#wire?.close();
  }

  async #ready(): Promise<Wire> {
    if (this.#wire !== undefined) return this.#wire;
    const wire = this.#wire = await Wire.open(this.#port);
    if (!this.#reads) wire.stopReading();
    if (this.#closed) wire.close();
    return wire;
  }
}
