/**
 * What a transport is: data for the router, and for the receivers that HTTP
 * transports share.
 *
 * @module
 */

import type { ResponseHeaders } from "../http/headers.ts";
import type { Protocol } from "../session/client_info.ts";
import type { Route } from "../routing/route.ts";
import type { Call } from "../routing/call.ts";

/** A way of talking to clients, and the paths where it does. */
export interface Transport {
  readonly protocol: Protocol;
  /** By the single segment after the base URL. */
  readonly pages?: Readonly<Record<string, Route>>;
  /** By the segment after server and session. */
  readonly endpoints?: Readonly<Record<string, Route>>;
}

/** What sets one HTTP transport's receiving requests apart from the others'. */
export interface HttpTransport {
  readonly protocol: Protocol;
  readonly method: "GET" | "POST";
  readonly contentType: string;
  /** The headers of every answer, errors included. */
  readonly headers: (call: Call) => ResponseHeaders;
  /** How the request wants its frames, or why it is refused with a 500. */
  readonly framing: (call: Call) => Framing | string;
}

/** The form in which a client expects frames. */
export interface Framing {
  /** What a streaming answer begins with; absent where a frame is the whole answer. */
  readonly prelude?: string;
  readonly encode: (frame: string) => string;
}
