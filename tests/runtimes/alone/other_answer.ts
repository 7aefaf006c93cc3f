/** Upgrades a request, and returns another response than that of the upgrade. */

import process from "node:process";
import { turn } from "../here.ts";
import { encodeRequest, exchange } from "../http_client.ts";
import { serve } from "../serve.ts";
import { upgrade } from "../serve_sockets.ts";
import { TcpClient } from "../tcp_client.ts";
import { handshake } from "../websocket_client.ts";

const upgraded = Promise.withResolvers<void>();
const port = serve((request, info) => {
  if (request.headers.get("Upgrade") !== null) {
    upgrade(request, info);
    upgraded.resolve();
  }
  return new Response();
}, { websocket: { message() {} } });

const client = await TcpClient.connect(port);
client.write(encodeRequest(handshake()));
await upgraded.promise;
await turn();
const laterRequest = await exchange(port).then(() => "answered", () => "refused");
console.log(JSON.stringify({ laterRequest }));
process.exit(0);
