/**
 * A receiving request of any HTTP transport, whose response is read frame by frame.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import type { HttpConnection } from "./raw_http.ts";
import { readWhole, type ResponseHead } from "./raw_response.ts";
import type { ReceivingTransport } from "./receiving_transports.ts";

/** A request that was sent; its response is checked as it is read. */
export class Receiving {
  readonly transport: ReceivingTransport;
  readonly connection: HttpConnection;
  #head: ResponseHead | undefined;
  #over = false;

  private constructor(transport: ReceivingTransport, connection: HttpConnection) {
    this.transport = transport;
    this.connection = connection;
  }

  /** Sends the request, and waits for nothing. */
  static async send(
    connection: HttpConnection,
    transport: ReceivingTransport,
    session: string,
    headers: Record<string, string> = {},
  ): Promise<Receiving> {
    const { method, path } = transport;
    await connection.send({ method, path: `${session}/${path}`, headers });
    return new Receiving(transport, connection);
  }

  /** Reads up to the first frame: the head, and a stream's prelude, which is a chunk of its own. */
  async begun(): Promise<this> {
    await this.#begin();
    return this;
  }

  /** The next frame; `undefined` at the end of the response. */
  async next(): Promise<string | undefined> {
    if (this.#over) return undefined;
    const text = await this.#text();
    if (text === undefined) return undefined;
    const frame = this.transport.unframed(text);
    assertEquals(text, this.transport.framed(frame));
    return frame;
  }

  /** All frames of the next chunk: a busy runtime may join two. Else like `next`. */
  async nextOfChunk(): Promise<string[] | undefined> {
    if (this.#over) return undefined;
    const text = await this.#text();
    if (text === undefined) return undefined;
    const [, end = ""] = this.transport.framed("A").split("A");
    const frames = text.split(end).slice(0, -1).map((each) => this.transport.unframed(each + end));
    // Whole frames, and nothing else.
    assertEquals(text, frames.map((frame) => this.transport.framed(frame)).join(""));
    return frames;
  }

  /** The next frame; fails at the end of the response. */
  async frame(): Promise<string> {
    const frame = await this.next();
    if (frame === undefined) throw new Error("The answer is over, and a frame was expected");
    return frame;
  }

  /** Fails unless the response is over, with its connection as good as new. */
  async ended(): Promise<void> {
    assertEquals(await this.next(), undefined);
    assertEquals((await this.connection.exchange({ path: "/echo" })).status, 200);
    this.connection.close();
  }

  /** The one frame of a response that ends with it. */
  async only(): Promise<string> {
    const frame = await this.frame();
    await this.ended();
    return frame;
  }

  /** Ends the connection, as a client that no longer wants a response. */
  abort(): void {
    this.connection.close();
  }

  async #begin(): Promise<ResponseHead> {
    if (this.#head !== undefined) return this.#head;
    const head = await this.connection.head();
    this.#head = head;
    assertEquals(head.status, 200);
    const { prelude } = this.transport;
    if (prelude !== undefined) {
      assertEquals(head.header("transfer-encoding"), "chunked");
      assertMatch(await this.connection.chunk() ?? "(no prelude)", prelude);
    }
    return head;
  }

  async #text(): Promise<string | undefined> {
    const head = await this.#begin();
    const { prelude, method } = this.transport;
    if (prelude === undefined) {
      this.#over = true;
      return (await readWhole(this.connection.reader, head, method)).body;
    }
    const chunk = await this.connection.chunk();
    if (chunk === undefined) this.#over = true;
    return chunk;
  }
}
