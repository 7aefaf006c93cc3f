/**
 * The client interface of a soak's sessions, for all transports.
 *
 * @module
 */

/** Gets what a client receives. */
export interface Listener {
  opened(): void;
  heartbeat(): void;
  message(text: string): void;
  closed(code: number, reason: string): void;
}

/** The client of one session. */
export interface Client {
  /** Opens the session, and receives until it is over; rejects when it breaks, by whomever. */
  receive(listener: Listener): Promise<void>;
  /** Sends messages. Settles when the server has accepted them, where it reports that. */
  send(messages: readonly string[]): Promise<void>;
  /** Whether `send` waits until the server has accepted them. */
  readonly confirmsSends: boolean;
  /** How the transport's clients leave, as far as they do anything; `receive` then ends. */
  leave(): Promise<void>;
  /** Takes no more, without a word. `receive` ends, in whatever way. */
  stopReceiving(): void;
  /** Has unread bytes at the end: then `cut` is an RST. */
  stopReading(): void;
  /** Ends all its TCP connections. */
  cut(): void;
}

/** Hands on a frame; true if it was the close frame. */
export function handOn(frame: string, listener: Listener): boolean {
  switch (frame[0]) {
    case "o":
      listener.opened();
      return false;
    case "h":
      listener.heartbeat();
      return false;
    case "a":
      for (const message of JSON.parse(frame.slice(1))) listener.message(message);
      return false;
    case "c": {
      const [code, reason] = JSON.parse(frame.slice(1));
      listener.closed(code, reason);
      return true;
    }
    default:
      throw new Error(`Not a frame: ${frame.slice(0, 200)}`);
  }
}
