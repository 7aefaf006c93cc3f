/**
 * Connections as streams: Node's `pipe`, and the Web's.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Inbox } from "./inbox.ts";

/** What `pipe` writes to: a Node stream, another connection, anything alike. */
export interface PipeDestination {
  /** Takes a message; false asks to wait for `drain`. */
  write(message: string): unknown;
  /** Called when no more messages will come. */
  end?(): unknown;
  /** How to learn of `drain` and `close`. */
  once?(event: "drain" | "close", listener: () => void): unknown;
}

/** Both directions of a connection as Web streams. */
export interface ConnectionStreams {
  /** The client's messages. Cancelling it closes the connection. */
  readonly readable: ReadableStream<string>;
  /** Messages to the client, no faster than it takes them. Closing it closes the connection. */
  readonly writable: WritableStream<string>;
}

/** Forwards all messages; while the destination wants to wait, they stay in the inbox. */
export function pipe<Context>(
  connection: Connection<Context>,
  inbox: Inbox<Connection<Context>>,
  destination: PipeDestination,
): void {
  let waiting = false;
  let open = true;
  const goOn = () => {
    if (!waiting) return;
    waiting = false;
    inbox.resume();
  };
  const forward = (message: string) => {
    if (destination.write(message) !== false || destination.once === undefined) return;
    if (!waiting) inbox.pause();
    waiting = true;
    destination.once("drain", goOn);
  };
  connection.on("data", forward);
  connection.once("end", () => open && destination.end?.());
  destination.once?.("close", () => {
    open = false;
    connection.off("data", forward);
    goOn();
  });
}

/** Reads from the inbox when asked, writes when there is room. */
export function streams<Context>(
  connection: Connection<Context>,
  inbox: Inbox<Connection<Context>>,
): ConnectionStreams {
  const messages = inbox.read();
  const readable = new ReadableStream<string>({
    pull: async (controller) => {
      const { done, value } = await messages.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => {
      messages.return?.();
      connection.close();
    },
  }, { highWaterMark: 0 });
  const writable = new WritableStream<string>({
    write: async (message) => {
      if (connection.write(message)) return;
      await connection.ready;
      if (!connection.writable) {
        throw new Error("Cannot write: the connection is closed");
      }
    },
    close: () => connection.close(),
    abort: () => connection.close(),
  });
  return { readable, writable };
}
