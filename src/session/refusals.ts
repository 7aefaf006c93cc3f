/**
 * The kinds of refusals that the log tells, each with its status or close code and its reason.
 *
 * @module
 */

import { binaryMessage, type CloseStatus, messageTooBig } from "../protocol/close_codes.ts";

/** The keys of the first ones are also the texts of their responses. */
export const refusals = {
  "Server is shutting down": "503: the server is closing",
  "Server is draining": "503 for /info: the server is draining",
  "Too many bytes are waiting": "503: all sessions together hold more than maxTotalBufferedBytes",
  "Too many sessions": "503: there are as many sessions as maxSessions allows",

  carried: "503: a request of a session of another process got no answer",
  host: "400: the request's host is not valid",
  outside: "404: the path is not under the prefix, and there is no fallback",
  path: "404: there is nothing under this path",
  off: "404: it is turned off",
  method: "405: the path has no such method",
  origin: "403: the option origins does not allow the page",
  authorize: "403, or a response of its own: authorize refused the request",
  key: "403: authorize did not return the key of the session",
  handshake: "400 or 426: not a valid websocket handshake",
  callback: "500: the parameter callback is missing or not valid",

  session: "404: a send for a session that is not here; it has ended, or another process has it",
  body: "400: the body of a send ended early, or is broken",
  longBody: "413: a send is longer than maxMessageSize",
  payload: "500: the payload of a send is not a JSON array of strings",

  receiver: "2010: the session has another receiving request",
  binary: "1003: a websocket message is binary",
  longMessage: "1009: a websocket message is longer than maxMessageSize",
  framing: "3000: a websocket message is not a SockJS payload",
  runtime: "1002, 1006, 1007 or 1008: the runtime itself ended a websocket",
  slow: "1008: more waits for the client than maxBufferedBytes allows",
  unread: "1008: the application leaves too many messages unread",
  share: "1008: all sessions together hold too much, and this one more than its share",
} as const;

/** A kind of refusal. */
export type Refusal = keyof typeof refusals;

/** Why no session may be opened now. */
export type Unavailable = Extract<Refusal, `Server is ${string}` | `Too many ${string}`>;

/** Why a websocket is closed with a status for what its client sent. */
export function refusalOf(status: CloseStatus): Refusal {
  if (status === binaryMessage) return "binary";
  return status === messageTooBig ? "longMessage" : "framing";
}
