/** Several services on one server, which are attached and detached. */

import { createServer } from "node:http";
import { createServer as createSockJS } from "../../../mod.ts";
import { detach, type Installation, installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const names = ["a", "b", "c"];
const httpServer = createServer((req, res) => res.end(`application ${req.url}`));
httpServer.on("upgrade", (_req, socket) => socket.end("HTTP/1.1 418 Teapot\r\n\r\n"));
const alone = createServer();

const listeners = () =>
  [httpServer, alone].flatMap((server) =>
    ["request", "upgrade"].map((event) => server.rawListeners(event))
  );
const before = listeners();

const services = new Map(names.map((name) => {
  const server = createSockJS({ prefix: `/${name}` });
  server.on("connection", (connection) => {
    connection.on("data", (message) => connection.write(message));
  });
  return [name, server];
}));
const installations = new Map<string, Installation>();

function install(name: string): void {
  installations.set(name, installHandlers(services.get(name)!, httpServer));
  installHandlers(services.get(name)!, alone);
}

/** In either of the two ways to do that. */
function takeAway(name: string): void {
  installations.get(name)?.detach();
  detach(services.get(name)!, alone);
}

/** Makes all as it was at first, also where taking away did not. */
function reset(): void {
  names.toReversed().forEach(takeAway);
  let at = 0;
  for (const server of [httpServer, alone]) {
    for (const event of ["request", "upgrade"]) {
      server.removeAllListeners(event);
      for (const listener of before[at++] ?? []) server.on(event, listener as () => void);
    }
  }
}

await serve({ server: httpServer, alone }, {
  install,
  detach: takeAway,
  /** Begins anew, with all services. */
  begin() {
    reset();
    names.forEach(install);
  },
  broadcast(message) {
    for (const server of services.values()) server.broadcast(message);
  },
  /** Whether all listeners are those that were there at first. */
  isAsBefore() {
    const now = listeners();
    return before.every((each, at) =>
      each.length === now[at]?.length &&
      each.every((listener, place) => listener === now[at]?.[place])
    );
  },
});
