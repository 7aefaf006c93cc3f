/**
 * Applications that write faster than their clients read, or that pause their connections.
 *
 * @module
 */

import type { Connection } from "../../mod.ts";

/** Writes more than may be buffered for each message, then the results of `write` and `ready`. */
export function reportCongestion(connection: Connection): void {
  connection.on("data", async () => {
    const said = connection.write("x".repeat(2000));
    let drained = false;
    connection.once("drain", () => drained = true);
    await connection.ready;
    connection.write(`${said}, ${drained ? "drained" : "not drained"}`);
  });
}

/** Writes as long as `write` and `ready` allow it, until the message `stop`. */
export function writeWheneverWelcome(connection: Connection): void {
  const text = "x".repeat(3000);
  connection.on("data", async (message) => {
    if (message === "stop") connection.close();
    while (connection.writable) if (!connection.write(text)) await connection.ready;
  });
}

/** On `write`, writes and ignores the result. Notifies those who `watch` when it is closed. */
export function writeForEver(): (connection: Connection) => void {
  const text = "x".repeat(100_000);
  const watchers = new Set<Connection>();
  return (connection) => {
    connection.on("close", () => watchers.delete(connection));
    connection.on("data", (message) => {
      if (message === "watch") return void watchers.add(connection);
      const timer = setInterval(() => {
        connection.write(text);
        if (connection.writable) return;
        clearInterval(timer);
        for (const watcher of watchers) watcher.write("closing");
        watchers.clear();
      }, 1);
    });
  };
}

/** On `pause`, pauses its connection. On `resume` from any of them, resumes all. Echoes the rest. */
export function pauseOnCommand(): (connection: Connection) => void {
  const paused = new Set<Connection>();
  return (connection) => {
    connection.on("close", () => paused.delete(connection));
    connection.on("data", (message) => {
      if (message === "pause") {
        paused.add(connection.pause());
      } else if (message === "resume") {
        for (const each of paused) each.resume();
        paused.clear();
      } else connection.write(`${message.length}`);
    });
  };
}

/** The size of a flood: 100 MB, in messages of 64 KiB. */
const [drop, drops] = ["x".repeat(64 * 1024), 1600];

/**
 * Writes 100 MB and ignores the results of `write`: on `at once` in one turn of the event
 * loop, on `in turns` a megabyte per turn. Then notifies those who `watch`.
 */
export function flood(): (connection: Connection) => void {
  const watchers = new Set<Connection>();
  return (connection) => {
    connection.on("close", () => watchers.delete(connection));
    connection.on("data", async (manner) => {
      if (manner === "watch") return void watchers.add(connection);
      for (let count = 1; count <= drops; count++) {
        connection.write(drop);
        if (manner === "in turns" && count % 16 === 0) {
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
      }
      for (const watcher of watchers) watcher.write("flooded");
      watchers.clear();
    });
  };
}
