/**
 * Sessions that are opened before an attack, to check that they survive it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { HttpConnection } from "./raw_http.ts";
import { RawWebSocket } from "./raw_websocket.ts";
import type { TestServer } from "./test_server.ts";

/** A websocket and a stream. */
export class Control implements Disposable {
  readonly #base: string;
  readonly #websocket: RawWebSocket;
  readonly #stream: HttpConnection;

  private constructor(base: string, websocket: RawWebSocket, stream: HttpConnection) {
    this.#base = base;
    this.#websocket = websocket;
    this.#stream = stream;
  }

  /** Opens both. */
  static async open({ port, newId }: TestServer): Promise<Control> {
    const websocketPath = `/echo/000/${newId()}/websocket`;
    const websocket = await RawWebSocket.open(await HttpConnection.open(port), websocketPath);
    assertEquals(await websocket.message(), "o");
    const base = `/echo/000/${newId()}`;
    const stream = await HttpConnection.open(port);
    await stream.send({ method: "POST", path: `${base}/xhr_streaming` });
    assertEquals((await stream.head()).status, 200);
    assertEquals((await stream.chunk())?.length, 2049);
    assertEquals(await stream.chunk(), "o\n");
    return new Control(base, websocket, stream);
  }

  /** Both give back a message. */
  async echoes(server: TestServer): Promise<void> {
    const message = "control";
    await this.#websocket.sendText(JSON.stringify(message));
    const sent = await server.post(`${this.#base}/xhr_send`, JSON.stringify([message]));
    assertEquals(sent.status, 204, sent.body);
    const expected = `a["${message}"]`;
    assertEquals(await withoutHeartbeats(() => this.#websocket.message()), expected);
    assertEquals(await withoutHeartbeats(() => this.#stream.chunk()), `${expected}\n`);
  }

  /** Ends both. */
  [Symbol.dispose](): void {
    this.#websocket.abort();
    this.#stream.close();
  }
}

/** What comes next besides heartbeats. On a busy machine, a runtime may send several lines at once. */
async function withoutHeartbeats(
  next: () => Promise<string | undefined>,
): Promise<string | undefined> {
  while (true) {
    const frames = (await next())?.replace(/^h$\n?/gm, "");
    if (frames !== "") return frames;
  }
}
