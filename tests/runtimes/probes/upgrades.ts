/**
 * Probes of what happens during and after an upgrade.
 *
 * @module
 */

import { type BunServeOptions, type BunServer, hostname, outcome, requireBun } from "../here.ts";
import { encodeRequest, exchange, readResponse } from "../http_client.ts";
import { serve } from "../serve.ts";
import { upgrade } from "../serve_sockets.ts";
import { TcpClient } from "../tcp_client.ts";
import { handshake, readFrame } from "../websocket_client.ts";

/** The request and its headers, taken before the upgrade and read after. */
export async function requestAfterTheUpgrade() {
  const seen = Promise.withResolvers<ReturnType<typeof look>>();
  const look = (request: Request, headers: Headers) => ({
    url: outcome(() => typeof request.url),
    header: outcome(() => headers.get("Upgrade")),
  });
  const port = serve((request, info) => {
    const { headers } = request;
    const response = upgrade(request, info);
    seen.resolve(look(request, headers));
    return response;
  }, { websocket: { message() {} } });
  await exchange(port, handshake());
  return await seen.promise;
}

function serveOnBun(options: Omit<BunServeOptions, "hostname" | "port">): number {
  return requireBun().serve({ hostname, port: 0, ...options }).port;
}

/** Bun: when the websocket opens, and whether its first message leaves. */
export async function openWithinUpgrade() {
  const order: string[] = [];
  const port = serveOnBun({
    fetch(request, server) {
      order.push("upgrade");
      server.upgrade(request);
      order.push("upgraded");
      return undefined;
    },
    websocket: {
      open(socket) {
        order.push("open");
        socket.send("welcome");
      },
      message() {},
    },
  });
  const client = await TcpClient.connect(port);
  client.write(encodeRequest(handshake()));
  await readResponse(client);
  return { order, message: (await readFrame(client))?.payload ?? null };
}

/** Bun: an upgrade where `Bun.serve` has no websocket handlers. */
export async function upgradeWithoutHandlers() {
  const seen = Promise.withResolvers<ReturnType<typeof attempt>>();
  const attempt = (request: Request, server: BunServer) => outcome(() => server.upgrade(request));
  const port = serveOnBun({
    fetch(request, server) {
      seen.resolve(attempt(request, server));
      return new Response();
    },
  });
  await exchange(port, handshake());
  return await seen.promise;
}
