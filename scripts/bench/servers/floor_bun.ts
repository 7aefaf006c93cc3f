/**
 * The floor on Bun.
 *
 * @module
 */

import { hostname } from "../../../examples/serve.ts";
import { frame, isForAll } from "./floor.ts";
import { respond } from "./floor_fetch.ts";
import { announce } from "./start.ts";

/** What is used of a websocket of Bun's. */
interface Socket {
  readonly data: { readonly toAll: boolean };
  send(message: string): void;
}

/** What is used of a server of Bun's. */
interface Server {
  readonly port: number;
  upgrade(request: Request, options: Pick<Socket, "data">): boolean;
}

const { Bun } = globalThis as unknown as {
  Bun: {
    serve(options: {
      hostname: string;
      port: number;
      idleTimeout: number;
      fetch: (request: Request, server: Server) => Promise<Response> | undefined;
      websocket: Record<"open" | "message" | "close", (socket: Socket) => void>;
    }): Server;
  };
};

const everyone = new Set<Socket>();

const server = Bun.serve({
  hostname,
  port: 0,
  // The longest there is: idle streams are to stay.
  idleTimeout: 255,
  fetch(request, server) {
    if (request.method !== "GET") return respond(request);
    server.upgrade(request, { data: { toAll: isForAll(request.url) } });
  },
  websocket: {
    open(socket) {
      if (socket.data.toAll) everyone.add(socket);
      socket.send("o");
    },
    message(socket) {
      if (socket.data.toAll) { for (const each of everyone) each.send(frame); }
      else socket.send(frame);
    },
    close: (socket) => void everyone.delete(socket),
  },
});
announce(server.port);
