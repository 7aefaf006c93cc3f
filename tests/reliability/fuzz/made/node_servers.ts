/**
 * Servers of `node:http` under fuzz, with an application's own code before and after SockJS.
 *
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { installHandlers, type SockJSServer } from "../../../../src/adapters/node.ts";
import { before, fieldName } from "./before.ts";

/** Answers what is none of ours. */
export type Application = (url: string) => Response | Promise<Response>;

/** An application as people write it. */
export function listener(application: Application) {
  return async (req: IncomingMessage, res: ServerResponse) => {
    const response = await application(`http://localhost${req.url}`);
    const text = await response.text();
    try {
      res.writeHead(response.status);
      res.end(text);
    } catch {
      // Code before it has been faster.
      res.destroy();
    }
  };
}

/** A server with one of ours, and an application that gets all other requests. */
export function plainServer(sockjs: SockJSServer, application: Application): Server {
  const server = createServer(listener(application));
  installHandlers(sockjs, server);
  return withCodeBefore(server);
}

/** The same, with listeners of the application for all other events of Node. */
export function listeningServer(sockjs: SockJSServer, application: Application): Server {
  const server = createServer(listener(application));
  server.on("upgrade", (_req: IncomingMessage, socket: Duplex) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  });
  installHandlers(sockjs, server);
  server.on("checkContinue", (req: IncomingMessage, res: ServerResponse) => {
    if (req.url?.includes("xhr") === true) res.writeContinue();
    server.emit("request", req, res);
  });
  server.on("checkExpectation", (req: IncomingMessage, res: ServerResponse) => {
    if (req.method === "GET") server.emit("request", req, res);
    else res.writeHead(417).end();
  });
  server.on("clientError", (_error: Error, socket: Duplex) => {
    if (!socket.writable) return void socket.destroy();
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  server.requestTimeout = 300;
  server.headersTimeout = 200;
  return withCodeBefore(server);
}

/** As those do who watch servers: by another `emit`. */
function withCodeBefore(server: Server): Server {
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = (event: string, ...args: unknown[]): boolean => {
    const [req, res] = args as [IncomingMessage, ServerResponse];
    if (event !== "request" || req.headers[fieldName] === undefined) return emit(event, ...args);
    // Its errors are its own affair.
    req.on("error", () => {});
    res.on("error", () => {});
    before(req, res, () => emit(event, ...args));
    return true;
  };
  return server;
}
