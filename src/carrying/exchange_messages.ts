/**
 * The messages of exchanges between two servers. An exchange is one request of a client that one
 * server carries for the other one, which owns the session.
 *
 * @module
 */

import { type Protocol, protocols } from "../protocol/transport_names.ts";
import type { Address } from "../runtimes/runtime.ts";
import type { RemoteAddress } from "../session/client_info.ts";

/** What stands in the first line of each message: its kind, the exchange, and what the kind needs. */
export type Head = readonly [kind: string, exchange: number, ...rest: unknown[]];

/** From the carrier to the owner. */
export const toOwner = {
  /** `SessionName`; the body is the payload. */
  send: "send",
  /** The sender is gone, or has its response. */
  cancel: "cancel",
  /** `SessionName`, `CarriedClient`. */
  receive: "receive",
  /** Bytes that the client has taken. */
  taken: "taken",
  /** The response takes no more frames, but is still on its way. */
  early: "early",
  /** The response has ended as it should; whether its end took time. */
  ended: "ended",
  broken: "broken",
  /** The carrier closes: the response has to end. */
  leave: "leave",
} as const;

/** From the owner to the carrier. */
export const toCarrier = {
  /** The messages were accepted. */
  accepted: "accepted",
  /** They will be, when the application takes messages again. */
  held: "held",
  /** There is no such session. */
  none: "none",
  forbidden: "forbidden",
  /** There are too many exchanges. */
  full: "full",
  /** The request is the session's receiver, and no frame is ready. */
  attached: "attached",
  /** The body is a frame, as the client expects it. */
  frame: "frame",
  /** No frame follows. */
  last: "last",
  abort: "abort",
} as const;

const fromOwner = new Set<string>(Object.values(toCarrier));

/** Whether a kind of message is one of the owner's. */
export function isFromOwner(kind: string): boolean {
  return fromOwner.has(kind);
}

/** Whether a kind of message begins an exchange. */
export function isBeginning(kind: string): boolean {
  return kind === toOwner.send || kind === toOwner.receive;
}

/** Which session is meant, and by which right. */
export interface SessionName {
  /** The registry's key without its beginning. */
  readonly hash: string;
  /** The claim's number. An owner that has another one has another session of that id. */
  readonly number: number;
  /** What `authorize` has returned for this request. */
  readonly key: string | undefined;
}

/** What the owner has to know of the client. */
export interface CarriedClient {
  readonly protocol: Protocol;
  readonly url: string;
  readonly prefixLength: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly remote: RemoteAddress | undefined;
  readonly local: Address | undefined;
}

/** Characters of the longest head: runtimes refuse requests with headers as long as that. */
const maxHead = 1024 * 1024;

/** Puts head and body together. */
export function encodeMessage(head: Head, body = ""): string {
  return `${JSON.stringify(head)}\n${body}`;
}

/** Takes them apart. `undefined` if it is no message. */
export function decodeMessage(text: string): { head: Head; body: string } | undefined {
  const end = text.indexOf("\n");
  if (end > maxHead) return undefined;
  const head = parsed(text.slice(0, Math.max(0, end)));
  if (!Array.isArray(head) || typeof head[0] !== "string" || !Number.isSafeInteger(head[1])) {
    return undefined;
  }
  return { head: head as unknown as Head, body: text.slice(end + 1) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The fields of a `SessionName` in a head. */
export function nameFields({ hash, number, key }: SessionName): unknown[] {
  return [hash, number, key ?? null];
}

/** Reads them. */
export function readName([, , hash, number, key]: Head): SessionName | undefined {
  if (typeof hash !== "string" || typeof number !== "number") return undefined;
  if (key !== null && typeof key !== "string") return undefined;
  return { hash, number, key: key ?? undefined };
}

/** Reads the `CarriedClient` of a head. */
export function readClient(head: Head): CarriedClient | undefined {
  const value = head[5];
  if (typeof value !== "object" || value === null) return undefined;
  const { protocol, url, prefixLength, headers, remote, local } = value as Record<string, unknown>;
  if (!protocols.includes(protocol as Protocol) || typeof url !== "string") return undefined;
  if (!Number.isSafeInteger(prefixLength) || !isTexts(headers)) return undefined;
  return {
    protocol: protocol as Protocol,
    url,
    prefixLength: prefixLength as number,
    headers,
    remote: readAddress(remote),
    local: readAddress(local) as Address | undefined,
  };
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((text) => typeof text === "string");
}

function readAddress(value: unknown): RemoteAddress | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { address, port } = value as Partial<Address>;
  if (typeof address !== "string") return undefined;
  return { address, port: typeof port === "number" ? port : undefined };
}
