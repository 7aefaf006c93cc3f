/**
 * A raw HTTP response, as it was on the wire.
 *
 * @module
 */

import { BrokenOff, type ByteReader } from "./byte_reader.ts";
import { concatenate } from "./bytes.ts";

/** Status line and headers. */
export class ResponseHead {
  /** `1.1` or `1.0`. */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  /** In the order of the wire, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];

  constructor(statusLine: string, headerLines: readonly string[]) {
    const match = /^HTTP\/(1\.[01]) ([0-9]{3})(?: (.*))?$/.exec(statusLine);
    if (match === null) throw new Error(`Not a status line: ${statusLine}`);
    this.version = match[1] ?? "";
    this.status = Number(match[2]);
    this.reason = match[3] ?? "";
    this.headers = headerLines.map((line) => {
      const colon = line.indexOf(":");
      if (colon < 1) throw new Error(`Not a header: ${line}`);
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
  }

  /** Every value of a header, in order. */
  all(name: string): string[] {
    return this.headers
      .filter(([key]) => key.toLowerCase() === name.toLowerCase())
      .map(([, value]) => value);
  }

  /** The value of a header, several joined with a comma. */
  header(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  /** The members of a comma-separated header, in lower case and sorted. */
  members(name: string): string[] {
    return (this.header(name) ?? "").toLowerCase().split(",")
      .map((member) => member.trim()).filter((member) => member !== "").sort();
  }
}

/** A whole response. */
export interface RawResponse {
  head: ResponseHead;
  status: number;
  /** The body, decoded as UTF-8; invalid bytes fail the test. */
  body: string;
  /** The body's HTTP chunks; `undefined` when it was not chunked. */
  chunks: string[] | undefined;
  header(name: string): string | undefined;
}

/** The head of the next response; `undefined` when the connection ended instead. */
export async function readHead(
  reader: ByteReader,
): Promise<ResponseHead | undefined> {
  const statusLine = await reader.line();
  if (statusLine === undefined) return undefined;
  const lines: string[] = [];
  while (true) {
    const line = await reader.line();
    if (line === undefined) throw new BrokenOff("The headers ended early");
    if (line === "") return new ResponseHead(statusLine, lines);
    lines.push(line);
  }
}

/** The rest of a response whose head is known. */
export async function readWhole(
  reader: ByteReader,
  head: ResponseHead,
  method: string,
): Promise<RawResponse> {
  const whole = (body: Uint8Array, chunks?: string[]): RawResponse => ({
    head,
    status: head.status,
    body: decode(body),
    chunks,
    header: (name) => head.header(name),
  });
  if (method === "HEAD" || [101, 204, 304].includes(head.status)) {
    return whole(new Uint8Array(0));
  }
  if (head.members("transfer-encoding").includes("chunked")) {
    const chunks: Uint8Array[] = [];
    while (true) {
      const chunk = await readChunk(reader);
      if (chunk === undefined) break;
      chunks.push(chunk);
    }
    return whole(concatenate(chunks), chunks.map(decode));
  }
  const length = head.header("content-length");
  if (length === undefined) return whole(await reader.toEnd());
  if (!/^[0-9]+$/.test(length)) throw new Error(`Content-Length: ${length}`);
  const body = await reader.exactly(Number(length));
  if (body === undefined) throw new BrokenOff("The body is missing");
  return whole(body);
}

/** One HTTP chunk; `undefined` after the last. */
export async function readChunk(
  reader: ByteReader,
): Promise<Uint8Array | undefined> {
  const size = await reader.line();
  if (size === undefined) throw new BrokenOff("The chunked body broke off");
  if (!/^[0-9a-f]+$/i.test(size)) throw new Error(`Not the size of a chunk: ${size}`);
  const chunk = await reader.exactly(parseInt(size, 16));
  const end = await reader.line();
  if (chunk === undefined || end === undefined) throw new BrokenOff("A chunk broke off");
  if (end !== "") throw new Error(`Not the end of a chunk: ${end}`);
  return chunk.length === 0 ? undefined : chunk;
}

/** Everything this server sends as a body is UTF-8. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    .decode(bytes);
}
