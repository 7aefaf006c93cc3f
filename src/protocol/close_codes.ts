/**
 * The codes and reasons with which sessions end (protocol, section 7), and their form in a
 * websocket's close frame.
 *
 * @module
 */

/** Why a session or a connection ended. */
export interface CloseStatus {
  readonly code: number;
  readonly reason: string;
}

/**
 * Checks the code and reason that an application has passed.
 *
 * @throws {RangeError} If the code is not an integer from 0 to 65535.
 * @throws {TypeError} If the reason is not a string.
 */
export function closeStatus(code: number, reason: string): CloseStatus {
  if (!Number.isInteger(code) || code < 0 || code > 65535) {
    throw new RangeError(
      `Cannot close: the code must be an integer from 0 to 65535, got ${String(code)}`,
    );
  }
  if (typeof reason !== "string") {
    throw new TypeError(`Cannot close: the reason must be a string, got ${typeof reason}`);
  }
  return { code, reason };
}

/** The default of `close()`. */
export const normalClosure: CloseStatus = {
  code: 1000,
  reason: "Normal closure",
};
/** The default of a server's `close`. */
export const goingAway: CloseStatus = { code: 1001, reason: "Server is shutting down" };
/** A receiving request broke, so it is unknown what has arrived. */
export const interrupted: CloseStatus = {
  code: 1002,
  reason: "Connection interrupted",
};
/** A websocket sent a binary message; SockJS carries text only. */
export const binaryMessage: CloseStatus = { code: 1003, reason: "" };
/** Of a websocket that ended without a close frame. */
export const noCloseFrame = 1006;
/** No receiving request came for the disconnect delay, or a socket closed without a close frame. */
export const timedOut: CloseStatus = {
  code: noCloseFrame,
  reason: "Connection timed out",
};
/** The client does not read its messages fast enough. */
export const slowConsumer: CloseStatus = {
  code: 1008,
  reason: "Slow consumer",
};
/** The application does not read its messages fast enough. */
export const unreadMessages: CloseStatus = {
  code: 1008,
  reason: "Messages are not being read",
};
/** A message over the size limit. */
export const messageTooBig: CloseStatus = {
  code: 1009,
  reason: "Message too big",
};
/** A listener of the application threw. */
export const internalError: CloseStatus = {
  code: 1011,
  reason: "Internal error",
};
/** A second receiving request came while the first was still open. */
export const stillOpen: CloseStatus = {
  code: 2010,
  reason: "Another connection still open",
};
/** A websocket sent text that is not a SockJS payload. */
export const brokenFraming: CloseStatus = {
  code: 3000,
  reason: "Broken framing.",
};

/** The code itself if RFC 6455 allows an endpoint to send it, otherwise 1000. */
export function websocketCloseCode(code: number): number {
  const sendable = (code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) ||
    (code >= 3000 && code <= 4999);
  return sendable ? code : 1000;
}

/** A control frame holds 125 bytes, and the code takes two of them. */
const maxReasonBytes = 123;

/** Cuts a reason to the length that fits into a close frame, between two characters. */
export function websocketCloseReason(reason: string): string {
  let bytes = 0;
  for (let i = 0; i < reason.length; i++) {
    const point = reason.codePointAt(i)!;
    // A lone surrogate is sent as U+FFFD, which also takes three bytes.
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > maxReasonBytes) return reason.slice(0, i);
    if (point > 0xffff) i++;
  }
  return reason;
}
