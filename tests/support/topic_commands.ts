/**
 * An application that does with topics what its clients say, and the client for it.
 *
 * @module
 */

import type { Connection, Server } from "../../mod.ts";

/** What a client may say, as JSON. */
export type TopicCommand =
  | Step
  /** Done when any client says `go`. */
  | readonly [method: "when", trigger: string, ...steps: Step[]];

/** What is done at once. */
type Step =
  | readonly [method: "subscribe" | "unsubscribe" | "subscriberCount", topic: string]
  | readonly [method: "publish", topic: string, message: string]
  /** By the server; `except` leaves out the connection itself. */
  | readonly [method: "publishToAll", topic: string, message: string, except?: "except"]
  | readonly [method: "broadcast", message: string]
  /** Publishes `<name> 1` to `<name> <count>`, at once or some in each turn. */
  | readonly [method: "publishMany", topic: string, name: string, count: number, inTurns: number]
  | readonly [method: "write", message: string]
  /** Subscribes in the listener for `close`. */
  | readonly [method: "subscribeOnClose", topic: string]
  | readonly [method: "subscriptions" | "close"]
  | readonly [method: "go", trigger: string];

/** Does what its clients say: `[number, command]`. Answers with `answer <number> <result or error>`. */
export function obeyTopics(server: Server): (connection: Connection) => void {
  const triggers = new Map<string, (() => void)[]>();
  const run = (connection: Connection, command: TopicCommand): unknown => {
    switch (command[0]) {
      case "subscribe":
      case "unsubscribe":
        return connection[command[0]](command[1]);
      case "publish":
        return connection.publish(command[1], command[2]);
      case "publishToAll": {
        const [, topic, message, except] = command;
        return server.publish(topic, message, except && { except: connection });
      }
      case "broadcast":
        return server.broadcast(command[1]);
      case "publishMany": {
        const [, topic, name, count, inTurns] = command;
        return publishMany((n) => server.publish(topic, `${name} ${n}`), count, inTurns);
      }
      case "write":
        return void connection.write(command[1]);
      case "subscribeOnClose":
        return void connection.on("close", () => connection.subscribe(command[1]));
      case "subscriberCount":
        return server.subscriberCount(command[1]);
      case "subscriptions":
        return connection.subscriptions;
      case "close":
        return connection.close();
      case "when": {
        const [, trigger, ...steps] = command;
        const act = () => steps.forEach((each) => run(connection, each));
        triggers.set(trigger, [...triggers.get(trigger) ?? [], act]);
        return;
      }
      case "go": {
        const acts = triggers.get(command[1]) ?? [];
        triggers.delete(command[1]);
        return acts.forEach((act) => act());
      }
    }
  };
  return (connection) => {
    connection.on("data", async (message) => {
      const [number, command]: [number, TopicCommand] = JSON.parse(message);
      const answer = (result: unknown) =>
        connection.write(`answer ${number} ${JSON.stringify(result ?? null)}`);
      try {
        const result = run(connection, command);
        // What is done at once is answered at once, so that its messages come before the answer.
        answer(result instanceof Promise ? await result : result);
      } catch (error) {
        answer(`${error}`);
      }
    });
  };
}

async function publishMany(publish: (n: number) => void, count: number, inTurns: number) {
  for (let n = 1; n <= count; n++) {
    publish(n);
    if (inTurns > 0 && n % inTurns === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
