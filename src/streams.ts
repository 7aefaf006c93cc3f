/**
 * Connections as streams: Node's `pipe`, and the Web's.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Inbox } from "./inbox.ts";

/** What `pipe` writes to: a Node stream, another connection, anything alike. */
export interface PipeDestination {
  /** False once it takes no more; absent where it never says. */
  readonly writable?: boolean;
  /** Takes a message; false asks to wait for `drain`. */
  write(message: string): unknown;
  /** Called when no more messages will come. */
  end?(): unknown;
  /** How to learn of `drain` and `close`. */
  once?(event: "drain" | "close", listener: () => void): unknown;
}

/** Both directions of a connection as Web streams. */
export interface ConnectionStreams {
  /** The client's messages, from the first read on. Cancelling it closes the connection. */
  readonly readable: ReadableStream<string>;
  /**
   * Messages to the client, no faster than it takes them. Closing it closes the
   * connection; it errors when the connection is over.
   */
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
  const stop = () => {
    open = false;
    connection.off("data", forward);
    goOn();
  };
  const forward = (message: string) => {
    if (destination.write(message) !== false || destination.once === undefined) return;
    // One that was closed already will tell neither of `drain` nor of `close`.
    if (destination.writable === false) return stop();
    if (!waiting) inbox.pause();
    waiting = true;
    destination.once("drain", goOn);
  };
  connection.on("data", forward);
  connection.once("end", () => open && destination.end?.());
  destination.once?.("close", stop);
}

/** Reads from the inbox when asked, writes when there is room. */
export function streams<Context>(
  connection: Connection<Context>,
  inbox: Inbox<Connection<Context>>,
): ConnectionStreams {
  let messages: AsyncIterableIterator<string> | undefined;
  const readable = new ReadableStream<string>(
    {
      pull: async (controller) => {
        messages ??= inbox.read();
        const { done, value } = await messages.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => {
        messages?.return?.();
        connection.close();
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<string>({
    start: (controller) => {
      connection.once("close", () => controller.error(closed()));
    },
    write: async (message) => {
      if (connection.write(message)) return;
      await connection.ready;
      if (!connection.writable) throw closed();
    },
    close: () => connection.close(),
    abort: () => connection.close(),
  });
  return { readable, writable };
}

function closed(): Error {
  return new Error("Cannot write: the connection is closed");
}
