/**
 * The socket of a member of a local bus, on which others call it.
 *
 * @module
 */

import { createServer, type Server, type Socket } from "node:net";
import type { Folder } from "./folder.ts";

/** What is told of it. */
export interface OwnSocketListener {
  called(socket: Socket): void;
  warn(message: string): void;
}

/** Listens, and listens anew when the file of the socket is gone. */
export class OwnSocket {
  readonly #folder: Folder;
  readonly #id: string;
  readonly #listener: OwnSocketListener;
  #server: Server | undefined;
  #isStarting = false;
  #isClosed = false;

  /** Throws if the path is too long. */
  constructor(folder: Folder, id: string, listener: OwnSocketListener) {
    folder.socket(id);
    this.#folder = folder;
    this.#id = id;
    this.#listener = listener;
  }

  /** Never rejects: `restore` tries again. */
  listen(): Promise<void> {
    this.#isStarting = true;
    const server = createServer((socket) => this.#listener.called(socket));
    return new Promise((resolve) => {
      const failed = (error: unknown) => {
        this.#listener.warn(this.#folder.explain("Cannot listen on the socket of the bus", error));
        if (server !== this.#server) server.close();
        this.#isStarting = false;
        resolve();
      };
      server.on("error", failed);
      try {
        this.#folder.removeHidden(this.#id);
        server.listen(this.#folder.hiddenSocket(this.#id), () => {
          try {
            server.unref();
            this.#show(server);
            this.#isStarting = false;
            resolve();
          } catch (error) {
            failed(error);
          }
        });
      } catch (error) {
        failed(error);
      }
    });
  }

  /** Listens anew if the file is gone. */
  restore(): void {
    if (this.#isStarting || this.#isClosed || this.#folder.hasSocket(this.#id)) return;
    if (this.#server !== undefined) {
      this.#listener.warn("The socket of this member of the bus was missing, and is there again");
    }
    this.listen();
  }

  close(): void {
    this.#isClosed = true;
    this.#server?.close();
    try {
      this.#folder.removeSocket(this.#id);
    } catch (error) {
      this.#listener.warn(this.#folder.explain("Cannot remove the socket of the bus", error));
    }
  }

  #show(server: Server): void {
    if (this.#isClosed) {
      server.close();
      return this.#folder.removeHidden(this.#id);
    }
    this.#folder.show(this.#id);
    // Only now: a server that closes removes the path on which it has begun to listen.
    this.#server?.close();
    this.#server = server;
  }
}
