/**
 * The JSON messages between the chat's clients and its server.
 *
 * @module
 */

/** Longer names and texts are refused. In UTF-16 units, as `maxlength` in the page. */
export const longest = { name: 32, text: 1000 };

/** What clients send: first their name, then what they say. */
export type FromClient = { join: string } | { say: string };

/** A user who has joined. The id is the connection's. */
export interface Participant {
  id: string;
  name: string;
}

/** Something that was said. */
export interface Message {
  id: string;
  from: Participant;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What the server sends. */
export type FromServer =
  /** The response to `join`, with the latest messages, oldest first. */
  | { type: "welcome"; you: string; people: Participant[]; history: Message[] }
  | { type: "joined"; who: Participant; people: Participant[] }
  | { type: "left"; who: Participant; people: Participant[] }
  | { type: "message"; message: Message };

/** Reads what a client has sent; `undefined` when it is nothing that the chat knows. */
export function read(data: string): FromClient | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  const { join, say } = (value ?? {}) as { join?: unknown; say?: unknown };
  if (isText(join, longest.name)) return { join: join.trim() };
  if (isText(say, longest.text)) return { say: say.trim() };
  return undefined;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length <= longest && value.trim() !== "";
}
