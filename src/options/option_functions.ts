/**
 * The functions that options take, with what they get and return, and a client's build.
 *
 * @module
 */

/** Decides about an origin, in the form in which browsers send it; for the option `origins`. */
export type OriginCheck = (origin: string, request: Request) => boolean;

/**
 * Decides whether an address is that of a trusted proxy; for the option `trustProxy`. `hop` is 0
 * for the connection's other end, and 1 for the last address of the header. IPv4 addresses are in
 * the form `192.0.2.1`, even where they arrive as `::ffff:192.0.2.1`; IPv6 addresses are shortened
 * and in lower case.
 */
export type TrustProxy = (address: string, hop: number) => boolean;

/** What `authorize` returns to allow a request. */
export interface Grant<Context = unknown> {
  /** Becomes `connection.context`. */
  readonly context?: Context | undefined;
  /** The session's owner. Later requests for the session must be granted the same key. */
  readonly key?: string | undefined;
}

/** What the option `authorize` may return. */
export type AuthorizeResult = boolean | Response | Grant;

/** What `authorize` gets to know about a client. */
export interface RemoteClient {
  /**
   * What `connection.remoteAddress` will be. Read it before `authorize` allows the request: it is
   * found when it is first read, and may be `undefined` once the client has its response or has left.
   */
  readonly remoteAddress: string | undefined;
  /** What `connection.remotePort` will be. */
  readonly remotePort: number | undefined;
}

/**
 * Decides about a request; for the option `authorize`. `info` comes from the runtime, and `client`
 * has the address that the option `trustProxy` finds.
 */
export type Authorize = {
  // A method, so that `info` may have the runtime's own type.
  ask(
    request: Request,
    info: unknown,
    client: RemoteClient,
  ): AuthorizeResult | PromiseLike<AuthorizeResult>;
}["ask"];

/**
 * Chooses one of the subprotocols that a client offers, or none; for the option `subprotocols`.
 * `offered` has each of them once, in the client's order.
 */
export type ChooseSubprotocol = (
  offered: readonly string[],
  request: Request,
) => string | undefined | PromiseLike<string | undefined>;

/** A build of the stock client. */
export interface ClientBuild {
  /** The JavaScript that is served. */
  readonly source: string;
  /** The hash of `source` for the attribute `integrity`: `"sha384-…"`. */
  readonly integrity?: string | undefined;
  /** The client's version. The server does not use it. */
  readonly version?: string | undefined;
}

/** A handler for requests outside the service; `info` comes from the runtime. */
export type Fallback = {
  // A method, so that `info` may have the runtime's own type.
  handle(request: Request, info: unknown): Response | undefined | Promise<Response | undefined>;
}["handle"];
