/** Tests that what works with sockjs-node is within the default limits. */

import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { nodeNames } from "../../scripts/runtimes.ts";
import { presentHosts } from "../support/hosts.ts";
import { ServerProcess } from "../support/server_process.ts";

/** A client of one transport. */
abstract class Client {
  readonly #messages: string[] = [];
  #wake = () => {};

  /** Sends a message. Resolves when it has been accepted. */
  abstract send(message: string): Promise<void>;

  abstract close(): void;

  protected received(...messages: string[]): void {
    for (const message of messages) this.#messages.push(message);
    this.#wake();
  }

  async next(): Promise<string> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#messages.shift()!;
  }

  /** The number of characters in all messages before the end. */
  async charactersToEnd(): Promise<number> {
    for (let characters = 0;;) {
      const message = await this.next();
      if (message === "end" || message.startsWith("closed")) return characters;
      characters += message.length;
    }
  }
}

class WebSocketClient extends Client {
  readonly #socket: WebSocket;
  readonly #isRaw: boolean;

  constructor(address: string, isRaw: boolean) {
    super();
    const path = isRaw ? "/echo/websocket" : `/echo/0/${crypto.randomUUID()}/websocket`;
    this.#isRaw = isRaw;
    this.#socket = new WebSocket(address.replace("http", "ws") + path);
    this.#socket.onmessage = ({ data }) => {
      if (isRaw) this.received(data);
      else if (data[0] === "a") this.received(...JSON.parse(data.slice(1)));
    };
    this.#socket.onclose = ({ code }) => this.received(`closed with ${code}`);
  }

  async send(message: string): Promise<void> {
    if (this.#socket.readyState === WebSocket.CONNECTING) await once(this.#socket, "open");
    this.#socket.send(this.#isRaw ? message : JSON.stringify(message));
  }

  close(): void {
    this.#socket.close();
  }
}

/** The transports over HTTP, by the name of their receiving requests. */
class HttpClient extends Client {
  readonly #url: string;
  readonly #receiving: string;
  readonly #ended = new AbortController();
  readonly #opened = Promise.withResolvers<void>();

  constructor(address: string, receiving: string) {
    super();
    this.#url = `${address}/echo/0/${crypto.randomUUID()}`;
    this.#receiving = receiving;
    this.#receive();
  }

  async #receive(): Promise<void> {
    const isJsonp = this.#receiving === "jsonp";
    const request = isJsonp ? "/jsonp?c=cb" : `/${this.#receiving}`;
    try {
      while (!this.#ended.signal.aborted) {
        const response = await fetch(this.#url + request, {
          method: isJsonp ? "GET" : "POST",
          signal: this.#ended.signal,
        });
        if (response.status !== 200) return this.received(`closed with ${response.status}`);
        let rest = "";
        for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
          rest += text;
          if (!text.includes("\n")) continue;
          const lines = rest.split("\n");
          rest = lines.pop()!;
          for (const line of lines) this.#take(isJsonp ? jsonpFrame(line) : line);
        }
      }
    } catch (error) {
      if (!this.#ended.signal.aborted) this.received(`closed with ${error}`);
    }
  }

  #take(frame: string): void {
    if (frame === "o") this.#opened.resolve();
    if (frame[0] === "a") this.received(...JSON.parse(frame.slice(1)));
    if (frame[0] === "c") this.received(`closed with ${frame}`);
  }

  async send(message: string): Promise<void> {
    await this.#opened.promise;
    const payload = JSON.stringify([message]);
    const isJsonp = this.#receiving === "jsonp";
    const response = await fetch(`${this.#url}/${isJsonp ? "jsonp_send" : "xhr_send"}`, {
      method: "POST",
      headers: { "Content-Type": isJsonp ? "application/x-www-form-urlencoded" : "text/plain" },
      body: isJsonp ? `d=${encodeURIComponent(payload)}` : payload,
    });
    await response.body?.cancel();
    if (!response.ok) this.received(`closed with ${response.status}`);
  }

  close(): void {
    this.#ended.abort();
  }
}

function jsonpFrame(line: string): string {
  return /^\/\*\*\/cb\((".*")\);\r?$/.test(line)
    ? JSON.parse(line.slice("/**/cb(".length, line.lastIndexOf(")")))
    : "";
}

const clients: Record<string, (address: string) => Client> = {
  "websocket": (address) => new WebSocketClient(address, false),
  "websocket-raw": (address) => new WebSocketClient(address, true),
  "xhr-streaming": (address) => new HttpClient(address, "xhr_streaming"),
  "xhr-polling": (address) => new HttpClient(address, "xhr"),
  "jsonp-polling": (address) => new HttpClient(address, "jsonp"),
};

const present: ReadonlySet<string> = presentHosts;

for (const runtime of [...nodeNames, "deno", "bun"] as const) {
  Deno.test({
    name: `${runtime} sockjs-node: 20 MB reach a client over each transport, and 5 MB the server`,
    ignore: !present.has(runtime),
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const script = new URL("limits_server.ts", import.meta.url);
      await using process = await ServerProcess.start(runtime, script);
      for (const [transport, connect] of Object.entries(clients)) {
        const client = connect(process.address);
        for (const amount of ["one message", "many messages"]) {
          await client.send(amount);
          assertEquals(await client.charactersToEnd(), 20_000_000, `${transport}, ${amount}`);
        }
        const long = "x".repeat(5_000_000);
        await client.send(long);
        assertEquals(await client.next(), "got 5000000", transport);
        await client.send("pipe");
        assertEquals(await client.next(), "piping", transport);
        const sent = client.send(long);
        // A client of a transport over HTTP waits with it until the pipe takes more.
        await fetch(process.address);
        await sent;
        await client.send("end");
        assertEquals(await client.next(), "piped 5000003", transport);
        client.close();
      }
      assertEquals((await process.stop()).stderr, "");
    },
  });
}
