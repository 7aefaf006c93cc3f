/**
 * Expectations of websockets, from the handshake to the close.
 *
 * @module
 */

import { onBoth, type Row } from "./expectation.ts";

const deno = "src/runtimes/deno.ts";
const bun = "src/runtimes/bun.ts";
const handshakes = "src/transports/routes/upgrade.ts";
const codes = "src/protocol/close_codes.ts";

const closeFrame = { code: 3000, reason: "" };

/** Rows by the probe's name. */
export const websockets: Readonly<Record<string, Row>> = {
  handshakeVersions: {
    place: handshakes,
    deno: {
      says: "any Sec-WebSocket-Version is upgraded, and none as well",
      sees: { 13: 101, 8: 101, 99: 101, none: 101 },
    },
    bun: {
      says: "any Sec-WebSocket-Version but 13 is answered with 426",
      sees: { 13: 101, 8: 426, 99: 426, none: 426 },
    },
  },
  rewrittenVersion: {
    place: bun,
    bun: { says: "a Sec-WebSocket-Version that the handler set to 13 is upgraded", sees: 101 },
  },
  unaskedSubprotocol: {
    place: bun,
    deno: { says: "no subprotocol is agreed on unasked", sees: "none" },
    bun: { says: "the first subprotocol that is offered is agreed on unasked", sees: "a" },
  },
  rewrittenSubprotocols: {
    place: bun,
    bun: {
      says: "what the handler does to the offered subprotocols counts",
      sees: { deleted: "none", set: "b" },
    },
  },
  answeredSubprotocol: {
    place: deno,
    deno: {
      says: "a subprotocol may be put into the answer, and the option finds it only behind a space",
      sees: { byTheOption: "b", byTheOptionWithoutSpaces: 500, byTheHeaderWithoutSpaces: "b" },
    },
  },
  faultyHandshakes: {
    place: handshakes,
    deno: {
      says: "handshakes by POST or with a short key are upgraded, and others throw",
      sees: {
        post: 101,
        withoutConnection: 500,
        withoutUpgrade: 500,
        otherUpgrade: 500,
        withoutKey: 500,
        shortKey: 101,
      },
    },
    bun: {
      says: "handshakes without Connection are upgraded, and others refused",
      sees: {
        post: 400,
        withoutConnection: 101,
        withoutUpgrade: 400,
        otherUpgrade: 400,
        withoutKey: 400,
        shortKey: 400,
      },
    },
  },
  requestAfterTheUpgrade: {
    place: handshakes,
    deno: {
      says: "headers throw after the upgrade",
      sees: { url: "string", header: { throws: "TypeError" } },
    },
    bun: {
      says: "headers can be read after the upgrade",
      sees: { url: "string", header: "websocket" },
    },
  },
  otherAnswerThanTheUpgrade: {
    place: deno,
    deno: {
      says: "the whole server ends when another response than the upgrade's is returned",
      sees: { laterRequest: "refused" },
    },
    bun: {
      says: "what is returned after an upgrade does no harm",
      sees: { laterRequest: "answered" },
    },
  },
  openWithinUpgrade: {
    place: bun,
    bun: {
      says: "a websocket opens before upgrade returns, and may send at once",
      sees: { order: ["upgrade", "open", "upgraded"], message: "welcome" },
    },
  },
  upgradeWithoutHandlers: {
    place: bun,
    bun: {
      says: "upgrade throws when Bun.serve has no websocket",
      sees: { throws: "TypeError" },
    },
  },
  unreadSocket: {
    place: deno,
    deno: {
      says: "what a client does not read piles up in bufferedAmount, and nothing tells of its end",
      sees: { inBufferedAmount: true, drained: false },
    },
    bun: {
      says: "what a client does not read piles up in getBufferedAmount, and drain tells of its end",
      sees: { inBufferedAmount: true, drained: true },
    },
  },
  endsByTheClient: {
    place: deno,
    deno: {
      says: "an end without a close frame is an error, and then a close with code 0",
      sees: {
        vanishes: ["error", "close 0"],
        closesWithoutACode: ["close 1005"],
        sendsNoFrame: ["error", "close 0"],
      },
    },
    bun: {
      says: "an end without a close frame is a close with 1006",
      sees: {
        vanishes: ["close 1006"],
        closesWithoutACode: ["close 1005"],
        sendsNoFrame: ["close 1006"],
      },
    },
  },
  invalidCodes: {
    place: codes,
    deno: {
      says: "close sends codes that nobody may send",
      sees: {
        999: { code: 999, reason: "" },
        1005: { code: 1005, reason: "" },
        1006: { code: 1006, reason: "" },
        1015: { code: 1015, reason: "" },
        5000: { code: 5000, reason: "" },
      },
    },
    bun: {
      says: "close sends codes that nobody may send, and for 1005 and 1006 none",
      sees: {
        999: { code: 999, reason: "" },
        1005: { code: null, reason: "" },
        1006: { code: null, reason: "" },
        1015: { code: 1015, reason: "" },
        5000: { code: 5000, reason: "" },
      },
    },
  },
  longReasons: {
    place: codes,
    deno: {
      says: "close throws on a reason over 123 bytes",
      sees: { 123: 123, 124: { throws: "DOMException" } },
    },
    bun: {
      says: "close cuts a reason to 123 bytes",
      sees: { 123: 123, 124: 123 },
    },
  },
  messagesTogether: onBoth(
    "src/event_loop/flush_queue.ts",
    "messages that arrive together are told in one turn, with microtasks between them",
    { inTheTurn: 16, apart: true },
  ),
  closeAmongMessages: {
    place: deno,
    deno: {
      says:
        "a close while messages are still to be read sends no close frame, a turn later it does",
      sees: { inTheListener: "end", inAMicrotask: "end", aTurnLater: closeFrame },
    },
    bun: {
      says: "a close while messages are still to be read sends a close frame",
      sees: { inTheListener: closeFrame, inAMicrotask: closeFrame, aTurnLater: closeFrame },
    },
  },
  unansweredClose: {
    place: "src/transports/receivers/socket_receiver.ts",
    deno: {
      says: "a peer that does not answer a close keeps the connection for at least 2 s",
      sees: { connectionOver: false, closed: false },
    },
    bun: {
      says: "a close ends the connection without waiting for the answer",
      sees: { connectionOver: true, closed: true },
    },
  },
  throwingListeners: onBoth(
    "src/connection/call_listeners.ts",
    "the process dies of a websocket listener that throws",
    { open: "dies", message: "dies" },
  ),
};
