/**
 * Services that tell their clients under which address they see them.
 *
 * @module
 */

import type { Connection, ServerOptions } from "../../mod.ts";

/** Options by prefix. The clients of the tests are all on 127.0.0.1. */
export const behindProxies: Readonly<Record<string, ServerOptions>> = {
  "/proxied/by_nothing": {},
  "/proxied/by_number": { trustProxy: 1 },
  "/proxied/by_two": { trustProxy: 2 },
  "/proxied/by_list": { trustProxy: ["loopback", "10.0.0.0/8"] },
  "/proxied/by_strangers": { trustProxy: ["192.0.2.0/24"] },
  "/proxied/by_function": { trustProxy: (address, hop) => hop === 0 && address === "127.0.0.1" },
  "/proxied/by_forwarded": { trustProxy: ["loopback", "10.0.0.0/8"], proxyHeader: "forwarded" },
  "/proxied/authorized": {
    trustProxy: 1,
    authorize: async (_request, _info, client) => {
      await Promise.resolve();
      return { context: [client.remoteAddress, client.remotePort] };
    },
  },
};

/** Answers `who` with the address and the port, and `authorized` with those of `authorize`. */
export function tellAddress(connection: Connection): void {
  connection.on("data", (message) => {
    const { remoteAddress = null, remotePort = null, context } = connection;
    connection.write(JSON.stringify(message === "who" ? [remoteAddress, remotePort] : context));
  });
}
