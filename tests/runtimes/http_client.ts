/**
 * Formats requests as text, and reads raw responses.
 *
 * @module
 */

import { TcpClient } from "./tcp_client.ts";

/** A request; what is not said here is not sent, but for `Host`. */
export interface RawRequest {
  method?: string;
  path?: string;
  version?: "1.0" | "1.1";
  /** A name with `null` is left out. */
  headers?: Record<string, string | null>;
  body?: string;
}

/** A whole response. */
export interface RawResponse {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
  /** The HTTP chunks of the body; `null` when it was not chunked. */
  chunks: string[] | null;
}

/** The request's bytes. */
export function encodeRequest(request: RawRequest = {}): string {
  const { method = "GET", path = "/", version = "1.1", body = "" } = request;
  const headers = { Host: "localhost", ...request.headers };
  const lines = Object.entries(headers)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/${version}\r\n${lines.join("")}\r\n${body}`;
}

/** Sends one request on a connection of its own and reads the response. */
export async function exchange(port: number, request: RawRequest = {}): Promise<RawResponse> {
  const client = await TcpClient.connect(port);
  client.write(encodeRequest(request));
  const response = await readResponse(client);
  client.vanish();
  return response;
}

/** Reads a response, whole. */
export async function readResponse(client: TcpClient): Promise<RawResponse> {
  const { status, headers } = await readHead(client);
  if (headers["transfer-encoding"] === "chunked") {
    const chunks: string[] = [];
    for (let chunk; (chunk = await readChunk(client)) !== "";) chunks.push(chunk);
    return { status, headers, body: chunks.join(""), chunks };
  }
  const length = headers["content-length"];
  const body = length === undefined && status !== 101
    ? await client.toEnd()
    : await client.exactly(Number(length ?? 0));
  return { status, headers, body: body ?? "", chunks: null };
}

/** Reads a status line and the header fields. */
export async function readHead(
  client: TcpClient,
): Promise<Pick<RawResponse, "status" | "headers">> {
  const statusLine = await client.line();
  if (statusLine === undefined) throw new Error("The connection ended without an answer");
  const status = Number(statusLine.split(" ")[1]);
  const headers: Record<string, string> = {};
  for (let line; (line = await client.line());) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status, headers };
}

/** Reads one HTTP chunk; the last one is empty. */
export async function readChunk(client: TcpClient): Promise<string> {
  const size = parseInt(await client.line() ?? "", 16);
  const chunk = await client.exactly(size);
  if (chunk === undefined || await client.line() !== "") throw new Error("A chunk broke off");
  return chunk;
}
