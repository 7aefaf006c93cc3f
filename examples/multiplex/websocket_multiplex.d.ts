/** Types for the parts of `websocket-multiplex` that the example uses. The package has none. */

import type { Connection } from "../../mod.ts";

/** A channel's connection, over a SockJS connection that it shares with others. */
export interface ChannelConnection {
  /** The SockJS connection. */
  readonly conn: Connection;
  write(message: string): void;
  end(message?: string): void;
  on(event: "data", listener: (message: string) => void): this;
  on(event: "close", listener: () => void): this;
}

/** A channel: like a SockJS server. */
export interface Channel {
  on(event: "connection", listener: (connection: ChannelConnection) => void): this;
}

/** Channels over the connections of a SockJS server. */
export class MultiplexServer {
  constructor(service: {
    on(event: "connection", listener: (connection: Connection) => void): unknown;
  });
  registerChannel(name: string): Channel;
}
