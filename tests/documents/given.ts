/**
 * What code in documents leaves to its reader, by the document's path.
 *
 * @module
 */

/** Declarations of the names that a document uses and does not define. */
export const given: Readonly<Record<string, string>> = {
  "README.md": `
    declare const SockJS: new (url: string) => WebSocket;
    declare function userOf(cookie: string | null): Promise<string | undefined>;
  `,
  "src/adapters/README.md": `
    import type { FastifyInstance } from "fastify";
    declare const fastify: FastifyInstance;
    // These have no types here: Express and Koa have none, the others are not installed.
    declare const expressApp, koaApp, nextApp, nestApp;
  `,
};

/** Declarations for all documents: modules that are not installed, and what pages load. */
export const ambient = `
  declare module "socket.io";
  declare const SockJS: new (
    url: string,
    protocols?: null,
    options?: { transports?: string[]; server?: string },
  ) => WebSocket & { readonly transport: string };
`;
