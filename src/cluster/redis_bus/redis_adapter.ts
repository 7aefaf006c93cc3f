/**
 * What a Redis bus uses of its clients, whichever library they are of.
 *
 * @module
 */

/** What happens to a client. */
export interface AdapterListener {
  /** It is connected, for the first time or again. */
  ready(): void;
  /** Its connection has ended. Calls may follow without a `ready` in between. */
  lost(): void;
  /** An error that it tells. `lost` follows if the connection has ended. */
  failed(error: unknown): void;
  /** What somebody has published. Not called for clients that do not subscribe. */
  message(channel: string, payload: string): void;
}

/** A client. Calls keep their order. They need not settle, but throw nothing. */
export interface RedisAdapter {
  readonly isReady: boolean;
  /** Connects, if the client does not do so by itself. */
  connect(): void;
  command(name: string, args: string[]): Promise<unknown>;
  /** Subscribes, also to channels that the client takes for subscribed. Messages still come once. */
  subscribe(channels: string[]): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  /** Listens to the client no longer. */
  release(): void;
}
