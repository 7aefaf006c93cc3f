/**
 * Writes and reads websocket handshakes and frames as raw bytes.
 *
 * @module
 */

import { encodeRequest, type RawRequest, readResponse } from "./http_client.ts";
import { TcpClient } from "./tcp_client.ts";

/** A frame that a server sent. */
export interface Frame {
  opcode: number;
  payload: string;
}

/** What a client sees of a close: `end` is one without a close frame. */
export type SeenClose = { code: number | null; reason: string } | "end";

const opcodes = { text: 1, close: 8 };

/** The request of a faultless handshake, but for what is said otherwise. */
export function handshake(
  { headers, ...rest }: RawRequest = {},
): RawRequest {
  return {
    ...rest,
    headers: {
      "Connection": "Upgrade",
      "Upgrade": "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  };
}

/** Opens a websocket; fails unless the server agrees. */
export async function openSocket(port: number): Promise<TcpClient> {
  const client = await TcpClient.connect(port);
  client.write(encodeRequest(handshake()));
  const { status } = await readResponse(client);
  if (status !== 101) throw new Error(`No upgrade: ${status}`);
  return client;
}

/** A text frame of up to 125 bytes, masked with zeros. */
export function textFrame(text: string): string {
  return frame(opcodes.text, text);
}

/** A close frame without a code. */
export function emptyCloseFrame(): string {
  return frame(opcodes.close, "");
}

function frame(opcode: number, payload: string): string {
  return String.fromCharCode(0x80 | opcode, 0x80 | payload.length) + "\0\0\0\0" + payload;
}

/** Reads frames up to the close frame, or up to the end. */
export async function readClose(client: TcpClient): Promise<SeenClose> {
  while (true) {
    const frame = await readFrame(client);
    if (frame === undefined) return "end";
    if (frame.opcode !== opcodes.close) continue;
    const { payload } = frame;
    const code = payload === "" ? null : payload.charCodeAt(0) * 256 + payload.charCodeAt(1);
    return { code, reason: payload.slice(2) };
  }
}

/** Reads one frame of up to 125 bytes; `undefined` at the end. */
export async function readFrame(client: TcpClient): Promise<Frame | undefined> {
  const head = await client.exactly(2);
  if (head === undefined) return undefined;
  const payload = await client.exactly(head.charCodeAt(1) & 0x7f);
  return payload === undefined ? undefined : { opcode: head.charCodeAt(0) & 0x0f, payload };
}
