/** Tests that the application gets the client's address, and no forged one. */

import { assertEquals } from "@std/assert";
import { connect } from "node:net";
import { handshake } from "../support/raw_websocket.ts";
import { behind, hosts } from "./behind.ts";
import { Proxy } from "./proxy.ts";
import { Site } from "./site.ts";

/** Where the client is; the proxies are at 127.0.0.1. */
const client = "127.0.0.2";

/** What a client may claim. */
const forged: Record<string, string>[] = [
  {},
  { "X-Forwarded-For": "192.0.2.1" },
  { "X-Forwarded-For": "192.0.2.1, 127.0.0.1, 192.0.2.2" },
  { "Forwarded": "for=192.0.2.1" },
  { "Forwarded": 'for="192.0.2.1' },
  { "Forwarded": 'for=192.0.2.1, for="\\' },
];

/** HAProxy 2.8 has `option forwarded` for this. */
const addForwarded = (text: string) =>
  text.replace(
    "frontend web\n",
    '$&    http-request add-header Forwarded "proto=http;for=%[src]"\n',
  );

for (const host of hosts) {
  behind("haproxy", host, "the address is the client's, whatever it claims", async () => {
    const site = await Site.pair(host);
    await using proxy = await Proxy.haproxy("by_url.cfg", site.ports, addForwarded);
    await tellsAddresses(proxy.address, "x-forwarded-for");
    await tellsAddresses(proxy.address, "forwarded");
  });

  behind("nginx", host, "the address is the client's, whatever it claims", async () => {
    const site = await Site.pair(host);
    await using proxy = await Proxy.nginx(site.ports);
    await tellsAddresses(proxy.address, "x-forwarded-for");
  });
}

/** Asks over a stream and over a websocket. */
async function tellsAddresses(proxy: string, proxyHeader: string): Promise<void> {
  for (const headers of forged) {
    for (const [method, transport, others] of requests) {
      const path = `/address/${proxyHeader}/000/${crypto.randomUUID()}/${transport}`;
      const lines = Object.entries({ Host: "localhost", ...others, ...headers })
        .map(([name, value]) => `${name}: ${value}\r\n`);
      const told = await firstMessage(
        Number(new URL(proxy).port),
        `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`,
      );
      assertEquals(told, client, `${proxyHeader}, ${transport}, ${JSON.stringify(headers)}`);
    }
  }
}

const requests = [
  ["POST", "xhr_streaming", { "Content-Length": "0" }],
  ["GET", "websocket", handshake],
] as const;

/** The first message that comes after a request from the client's address. */
async function firstMessage(port: number, request: string): Promise<string | undefined> {
  const socket = connect({ host: "127.0.0.1", port, localAddress: client });
  try {
    socket.write(request);
    let text = "";
    for await (const bytes of socket) {
      text += bytes;
      const [, message] = /a\["(.*?)"\]/.exec(text) ?? [];
      if (message !== undefined) return message;
    }
    return text;
  } finally {
    socket.destroy();
  }
}
