/**
 * One request at the member whose turn it is, on a connection of its own.
 *
 * @module
 */

import { readHead, readTexts, type ResponseHead } from "../soak/answers.ts";
import type { HttpTransport } from "../soak/http_transports.ts";
import { Wire } from "../soak/wire.ts";
import type { Member } from "./members.ts";

const encoder = new TextEncoder();

/** A request, and its response. */
export class Request {
  readonly member: Member;
  readonly begunAt = performance.now();
  readonly #visitor: number;
  /** Whether this end has cut it. */
  isCut = false;
  #lastSign = this.begunAt;
  #wire: Wire | undefined;
  #head: ResponseHead | undefined;

  /** @param visitor The number of the visit. */
  constructor(member: Member, visitor: number) {
    this.member = member;
    this.#visitor = visitor;
  }

  /** Sends it; gives the status of the response. */
  async ask(method: string, path: string, body = "", type?: string): Promise<number> {
    const wire = this.#wire = await Wire.open(this.member.process.port);
    if (this.isCut) wire.close();
    let text = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: ${this.#visitor}\r\n`;
    if (method === "POST") text += `Content-Length: ${encoder.encode(body).length}\r\n`;
    if (type !== undefined) text += `Content-Type: ${type}\r\n`;
    await wire.write(`${text}\r\n${body}`);
    this.#head = await readHead(wire);
    this.#lastSign = performance.now();
    return this.#head.status;
  }

  /** The response's body, as it comes. */
  async *texts(): AsyncGenerator<string> {
    for await (const text of readTexts(this.#wire!, this.#head!)) {
      this.#lastSign = performance.now();
      yield text;
    }
  }

  /** The response's body. */
  async body(): Promise<string> {
    let body = "";
    for await (const text of this.texts()) body += text;
    return body;
  }

  /** For how many ms its member could have shown a sign of life, and has not. */
  get silence(): number {
    return this.member.silence(this.#lastSign);
  }

  /** Ends its connection. */
  cut(): void {
    this.isCut = true;
    this.#wire?.close();
  }
}

/** How messages are sent over a transport, and the status that acknowledges them. */
export function sendOf({ scripts = false }: HttpTransport, messages: readonly string[]) {
  const json = JSON.stringify(messages);
  if (!scripts) return { path: "xhr_send", body: json, type: "text/plain", accepted: 204 };
  const type = "application/x-www-form-urlencoded";
  return { path: "jsonp_send", body: `d=${encodeURIComponent(json)}`, type, accepted: 200 };
}

/** Whether an error says that the other end of a connection is not there. */
export function isDisconnection(error: unknown): boolean {
  return error instanceof Error &&
    (error.message === "The server ended the connection" || error.name in Deno.errors);
}
