/**
 * An HTTP/2 client that uses one connection.
 *
 * @module
 */

import { certificate } from "../support/certificate.ts";

/** Sends requests to one server. */
export class Http2Client implements Disposable {
  /** Where the server is, without a slash at the end. */
  readonly address: string;
  readonly #client = Deno.createHttpClient({
    caCerts: [certificate.cert],
    http1: false,
    http2: true,
  });
  #open = true;

  constructor(port: number) {
    this.address = `https://localhost:${port}`;
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.address + path, { ...init, client: this.#client });
  }

  post(path: string, body = ""): Promise<Response> {
    return this.request(path, { method: "POST", body });
  }

  /** All of a body. */
  text(response: Response): Promise<string> {
    return response.text();
  }

  /** A response that does not end by itself. */
  async stream(path: string, method: string): Promise<Http2Stream> {
    return new Http2Stream((await this.request(path, { method })).body!);
  }

  /** Ends the connection, in the middle of whatever goes on. */
  [Symbol.dispose](): void {
    if (this.#open) this.#client.close();
    this.#open = false;
  }
}

/** A body that is read bit by bit. */
export class Http2Stream {
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** What comes from here on, up to a part that contains this. */
  async until(end: string): Promise<string> {
    let text = "";
    while (!text.includes(end)) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`The stream ended after ${text.length} characters`);
      text += value;
    }
    return text;
  }

  /** Wants no more of it. */
  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}
