/** What `sockjs/lib/transport` exports, as far as programs use it. */

/** A session, as the insides of sockjs-node have it. */
export class Session {
  /** Copies to a connection what it shows of a request. */
  decorateConnection(_request: unknown): void {}
}
