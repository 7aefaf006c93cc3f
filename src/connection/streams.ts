/**
 * The two directions of a connection as Web streams.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Inbox } from "./inbox.ts";
import { inNextTurn } from "../event_loop/turns.ts";

/** Both directions of a connection as Web streams. */
export interface ConnectionStreams {
  /** The client's messages, from the first read on. Cancelling it closes the connection. */
  readonly readable: ReadableStream<string>;
  /**
   * Messages to the client, with backpressure. Closing it closes the connection. When the connection
   * has ended, a writer gets an error. A pipe gets none, and messages that it still writes are
   * dropped.
   */
  readonly writable: WritableStream<string>;
}

/** Makes streams that read from the inbox when asked, and write when there is room. */
export function streams<Context>(
  connection: Connection<Context>,
  inbox: Inbox<Context>,
): ConnectionStreams {
  let reported: unknown;
  // Both ends of a pipe may report the same failure.
  const failed = (error: unknown) => {
    if (Array.isArray(error)) return error.forEach(failed);
    if (error === reported) return;
    reported = error;
    inbox.failed(error);
  };
  const ended = (reason: unknown) => isFailure(reason) ? failed(reason) : connection.close();
  let messages: AsyncIterableIterator<string> | undefined;
  const readable = new ReadableStream<string>(
    {
      pull: async (controller) => {
        messages ??= inbox.read();
        const { done, value } = await messages.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => {
        messages?.return?.();
        ended(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return {
    readable: watched(readable, failed),
    writable: new MessageWritable(connection, ended),
  };
}

/** Aborts, by a signal or without a reason, are no failures. `tee` passes a list of two reasons. */
function isFailure(reason: unknown): boolean {
  return reason instanceof Error
    ? reason.name !== "AbortError"
    : Array.isArray(reason) && reason.some(isFailure);
}

/**
 * A stream whose pipes need no `catch`: otherwise a failure in a pipe would end the process. It
 * should end only the connection.
 */
function watched<Chunk>(
  stream: ReadableStream<Chunk>,
  failed: (error: unknown) => void,
): ReadableStream<Chunk> {
  const pipeTo = stream.pipeTo.bind(stream);
  const pipeThrough = stream.pipeThrough.bind(stream);
  const tee = stream.tee.bind(stream);
  const methods: Pick<ReadableStream<Chunk>, "pipeTo" | "pipeThrough" | "tee"> = {
    pipeTo(destination, options) {
      const piped = pipeTo(destination, options);
      piped.catch((error) => {
        if (isFailure(error) && options?.signal?.aborted !== true) failed(error);
      });
      return piped;
    },
    pipeThrough: (pair, options) => watched(pipeThrough(pair, options), failed),
    tee() {
      const [one, other] = tee();
      return [watched(one, failed), watched(other, failed)];
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(stream, name, { value, configurable: true, writable: true });
  }
  return stream;
}

/** After so many messages for a connection that has ended, a pipe is left waiting for ever. */
const maxDropped = 1000;

/** Messages to a client. */
class MessageWritable extends WritableStream<string> {
  /** Whether a writer has it, rather than a pipe. */
  #hasWriter = false;

  constructor(connection: Connection, ended: (reason: unknown) => void) {
    let dropped = 0;
    super({
      start: (controller) => {
        connection.once("close", () => {
          if (this.#hasWriter) controller.error(closed());
        });
      },
      write: (message) => {
        const { writable } = connection;
        if (connection.write(message)) return;
        if (writable) return connection.ready;
        if (this.#hasWriter) throw closed();
        // What was on its way. The source may be another than the client, and have no end.
        return new Promise((resolve) => {
          if (dropped++ < maxDropped) inNextTurn(resolve, ended);
        });
      },
      close: () => connection.close(),
      abort: ended,
    });
  }

  /** Writes of a writer reject after the end; without a `catch`, that does not end the process. */
  override getWriter(): WritableStreamDefaultWriter<string> {
    const writer = super.getWriter();
    const write = writer.write.bind(writer);
    const releaseLock = writer.releaseLock.bind(writer);
    this.#hasWriter = true;
    writer.write = (message) => {
      const written = write(message);
      written.catch(() => {});
      return written;
    };
    writer.releaseLock = () => {
      releaseLock();
      this.#hasWriter = false;
    };
    return writer;
  }
}

function closed(): Error {
  return new Error("Cannot write: the connection is closed");
}
