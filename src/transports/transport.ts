/**
 * The interfaces of a transport: its routes, and, for HTTP transports, method, content type,
 * headers and framing.
 *
 * @module
 */

import type { ResponseHeaders } from "../http/headers.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import type { Route } from "../routing/route.ts";
import type { Call } from "../routing/call.ts";

/** The paths of a transport, each with its route. */
export interface Transport {
  /** By the path's single segment after the prefix. */
  readonly pages?: Readonly<Record<string, Route>>;
  /** By the path's segment after server and session. */
  readonly endpoints?: Readonly<Record<string, Route>>;
  /** How its clients receive, if it is an HTTP transport. */
  readonly receiving?: HttpTransport;
}

/** What sets the receiving requests of one HTTP transport apart from those of others. */
export interface HttpTransport {
  /** Its name in `protocol/transport_names.ts`. */
  readonly protocol: Protocol;
  readonly method: "GET" | "POST";
  readonly contentType: string;
  /** The headers of every response, errors included. */
  readonly headers: (call: Call) => ResponseHeaders;
  /** How the request with that URL wants its frames, or why it is refused with a 500. */
  readonly framing: (url: string) => Framing | string;
}

/** The form in which a client expects frames. */
export interface Framing {
  /** What a streaming response begins with. Without it, the response is a single frame. */
  readonly prelude?: string | undefined;
  readonly encode: (frame: string) => string;
}
