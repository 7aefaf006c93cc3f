/**
 * Services whose options have their smallest or largest values.
 *
 * @module
 */

import type { Connection, ServerOptions } from "../../mod.ts";

/** The transports over which such a service is usable. */
export type Usable = "all" | "streams and websockets" | "raw websockets";

/** One of them. */
export interface Extreme {
  readonly prefix: string;
  readonly options: ServerOptions;
  readonly usable: Usable;
}

const longestDelay = 2 ** 31 - 1;
const most = {
  heartbeatDelay: longestDelay,
  heartbeatTimeout: longestDelay,
  disconnectDelay: longestDelay,
  responseLimit: Number.MAX_SAFE_INTEGER,
  responseTimeLimit: Number.MAX_SAFE_INTEGER,
  highWaterMark: Number.MAX_SAFE_INTEGER,
  maxBufferedBytes: Number.MAX_SAFE_INTEGER,
  maxMessageSize: Number.MAX_SAFE_INTEGER,
  maxSessions: Number.MAX_SAFE_INTEGER,
  maxTotalBufferedBytes: Number.MAX_SAFE_INTEGER,
} satisfies ServerOptions;

/** Above 32 bits: a truncated number would be small. */
const beyond32Bits = {
  responseLimit: 2 ** 32 + 1,
  responseTimeLimit: 2 ** 32 + 1,
  highWaterMark: 2 ** 32 + 1,
  maxBufferedBytes: 2 ** 32 + 1,
  maxMessageSize: 2 ** 32 + 1,
  maxSessions: 2 ** 32 + 1,
  maxTotalBufferedBytes: 2 ** 32 + 1,
} satisfies ServerOptions;

const least = {
  heartbeatDelay: 1,
  heartbeatTimeout: 1,
  responseLimit: 1,
  responseTimeLimit: 1,
  highWaterMark: 1,
  // The size of a send request with one letter.
  maxMessageSize: 5,
} satisfies ServerOptions;

/** Each option alone, and all with their largest values together. */
export const extremes: readonly Extreme[] = [
  ...oneByOne("most", most),
  ...oneByOne("least", least),
  { prefix: "/all_at_their_most", options: most, usable: "all" },
  { prefix: "/all_beyond_32_bits", options: beyond32Bits, usable: "all" },
  {
    prefix: "/fragments_beyond_32_bits",
    options: { maxMessageSize: 2 ** 40 + 256 },
    usable: "all",
  },
  {
    prefix: "/least_disconnectDelay",
    options: { disconnectDelay: 1 },
    usable: "streams and websockets",
  },
  { prefix: "/least_maxMessageSize_raw", options: { maxMessageSize: 1 }, usable: "raw websockets" },
  { prefix: "/least_maxSessions", options: { maxSessions: 1 }, usable: "raw websockets" },
];

function oneByOne(end: string, values: ServerOptions): Extreme[] {
  return Object.entries(values).map(([name, value]) => ({
    prefix: `/${end}_${name}`,
    options: { [name]: value },
    usable: "all",
  }));
}

/** Echoes every message, and closes on `c`. */
export function echoUntilClose(connection: Connection): void {
  connection.on("data", (message) => {
    if (message === "c") connection.close(3000, "Go away!");
    else connection.write(message);
  });
}
