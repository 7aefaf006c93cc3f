/** A service that writes as much as it may, however slowly its clients read. */

import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { type Connection, createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { certificate } from "../../support/certificate.ts";
import { serve } from "../../support/program_control.ts";

/** Bytes: more than systems keep for a connection. */
const total = 48 * 1024 * 1024;
const message = "x".repeat(64 * 1024);

/** How far the writing has come. */
interface Progress {
  written: number;
  /** How often `write` has said to wait, and how often a drain has followed. */
  falses: number;
  drains: number;
  /** The most that was ever buffered. */
  buffered: number;
}

const progresses = new Map<string, Progress>();

/** Writes everything, and waits whenever `write` returns false. */
async function writeAll(connection: Connection): Promise<void> {
  const progress = { written: 0, falses: 0, drains: 0, buffered: 0 };
  progresses.set(connection.url, progress);
  const drained = () => progress.drains++;
  connection.on("drain", drained);
  while (progress.written < total) {
    const mayGoOn = connection.write(message);
    progress.written += message.length;
    progress.buffered = Math.max(progress.buffered, connection.bufferedAmount);
    if (mayGoOn) continue;
    progress.falses++;
    await connection.ready;
  }
  connection.off("drain", drained);
  connection.write("the end");
}

const sockjs = createSockJS({ prefix: "/fast", responseLimit: 2 * total });
sockjs.on("connection", writeAll);
const http = createServer();
const http2 = createSecureServer(certificate);
for (const server of [http, http2]) installHandlers(sockjs, server);

await serve({ http, http2 }, {
  progress: (url) => progresses.get(url),
  /** Waits until nothing was written for ten looks: no event says that all buffers are full. */
  async stuck(url) {
    let [last, looks] = [-1, 0];
    for (let all = 0; looks < 10; all++) {
      if (all === 1000) throw new Error("The server still writes");
      await new Promise((resolve) => setTimeout(resolve, 20));
      const written = progresses.get(url)?.written ?? 0;
      looks = written === last && written > 0 ? looks + 1 : 0;
      last = written;
    }
    return progresses.get(url);
  },
});
