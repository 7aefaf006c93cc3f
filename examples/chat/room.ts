/**
 * The chat's only room: its members and the latest messages.
 *
 * @module
 */

import type { Connection, Server } from "../../mod.ts";
import { type FromServer, type Message, type Participant, read } from "./messages.ts";

/** What the server keeps of a connection, as its `context`: nothing until it has a name. */
export type Person = Participant | undefined;

/** The topic of all who have given a name. */
const topic = "room";
const historyLength = 50;
/** Neither 1000 nor 1006: the page tries again after those. */
const notUnderstood = 4400;

/** A room for all connections of a server. */
export class Room {
  readonly #server: Server<Person>;
  readonly #history: Message[] = [];

  constructor(server: Server<Person>) {
    this.#server = server;
    server.on("connection", (connection) => this.#opened(connection));
  }

  /** The connections that have given a name. */
  get people(): Participant[] {
    return [...this.#server.connections].flatMap(({ context }) => context ?? []);
  }

  /** Sends a message to all who have joined, and keeps it for those who join later. */
  say(from: Participant, text: string): void {
    const message = { id: crypto.randomUUID(), from, text, at: Date.now() };
    this.#history.push(message);
    if (this.#history.length > historyLength) this.#history.shift();
    this.#publish({ type: "message", message });
  }

  #opened(connection: Connection<Person>): void {
    connection.on("data", (data) => {
      const message = read(data);
      const { context } = connection;
      if (message === undefined) connection.close(notUnderstood, "Not a message of this chat");
      else if ("join" in message) this.#join(connection, message.join);
      else if (context !== undefined) this.say(context, message.say);
      else connection.close(notUnderstood, "Send your name first");
    });
    connection.on("close", () => {
      const { context: who } = connection;
      if (who !== undefined) this.#publish({ type: "left", who, people: this.people });
    });
  }

  #join(connection: Connection<Person>, name: string): void {
    const who = { id: connection.id, name };
    connection.context = who;
    connection.subscribe(topic);
    const { people } = this;
    this.#send(connection, { type: "welcome", you: who.id, people, history: this.#history });
    this.#publish({ type: "joined", who, people });
  }

  #send(connection: Connection<Person>, message: FromServer): void {
    connection.write(JSON.stringify(message));
  }

  #publish(message: FromServer): void {
    this.#server.publish(topic, JSON.stringify(message));
  }
}
