/** Types for the parts of `websocket-multiplex` that the example uses. The package has none. */

/** A channel's connection, over a SockJS connection that it shares with others. */
export interface ChannelConnection {
  write(message: string): void;
  end(message?: string): void;
  on(event: "data", listener: (message: string) => void): this;
  on(event: "close", listener: () => void): this;
}

/** A channel: like a SockJS server. */
export interface Channel {
  on(event: "connection", listener: (connection: ChannelConnection) => void): this;
}

/** What it needs of a SockJS connection. */
interface SharedConnection {
  write(message: string): boolean;
  on(event: "data", listener: (message: string) => void): unknown;
  on(event: "close", listener: () => void): unknown;
}

/** Channels over the connections of a SockJS server. */
export class MultiplexServer {
  constructor(service: {
    on(event: "connection", listener: (connection: SharedConnection) => void): unknown;
  });
  registerChannel(name: string): Channel;
}
