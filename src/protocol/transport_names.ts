/**
 * The names of all transports, and what the options need to know about each.
 *
 * @module
 */

/** The transport that a connection uses. */
export type Protocol =
  | "websocket"
  | "websocket-raw"
  | "xhr-streaming"
  | "xhr-polling"
  | "eventsource"
  | "htmlfile"
  | "jsonp-polling";

/** What sets a transport apart for the options. */
interface TransportTraits {
  /** It is a websocket, so the option `websocket` switches it off. */
  readonly isWebsocket?: boolean;
  /** Pages of any origin can read its responses, because browsers run them as scripts. */
  readonly bypassesCors?: boolean;
}

const traits: Readonly<Record<Protocol, TransportTraits>> = {
  "websocket": { isWebsocket: true },
  "websocket-raw": { isWebsocket: true },
  "xhr-streaming": {},
  "eventsource": {},
  "htmlfile": { bypassesCors: true },
  "xhr-polling": {},
  "jsonp-polling": { bypassesCors: true },
};

/** All names, in the order in which error messages list them. */
export const protocols = Object.keys(traits) as readonly Protocol[];

/** The names of the transports that are websockets. */
export const websocketProtocols: readonly Protocol[] = protocols
  .filter((name) => traits[name].isWebsocket);

/** The transports that are off if `origins` is restricted, unless the application names them. */
export const bypassingProtocols: readonly Protocol[] = protocols
  .filter((name) => traits[name].bypassesCors);
