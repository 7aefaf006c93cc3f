/** All sections: options with their smallest and largest values. */

import { assertEquals } from "@std/assert";
import { type Extreme, extremes } from "../extremes.ts";
import { fact } from "../../support/fact.ts";
import type { RawWebSocket } from "../../support/raw_websocket.ts";
import { receivingTransports, streams } from "../../support/receiving_transports.ts";
import type { ReceivingTransport } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

/** A websocket of one of the services, raw or not. */
interface Talker {
  readonly socket: RawWebSocket;
  readonly isRaw: boolean;
  readonly prefix: string;
}

async function talk(server: TestServer, { prefix }: Extreme, isRaw: boolean): Promise<Talker> {
  const path = isRaw ? "/websocket" : `/000/${server.newId()}/websocket`;
  const socket = await server.websocket(prefix + path);
  if (!isRaw) assertEquals(await socket.message(), "o", prefix);
  return { socket, isRaw, prefix };
}

/** The next frame but for heartbeats. */
async function frameOf({ socket }: Talker): Promise<string> {
  for (;;) {
    const frame = await socket.message();
    if (frame !== "h") return frame;
  }
}

async function echoes(talker: Talker): Promise<void> {
  const { socket, isRaw, prefix } = talker;
  await socket.sendText(isRaw ? "x" : '"x"');
  assertEquals(await frameOf(talker), isRaw ? "x" : 'a["x"]', prefix);
}

async function says(talker: Talker): Promise<void> {
  const { socket, isRaw, prefix } = talker;
  await socket.sendText(isRaw ? "c" : '"c"');
  if (!isRaw) assertEquals(await frameOf(talker), 'c[3000,"Go away!"]', prefix);
  assertEquals(await socket.closed(), { code: 3000, reason: "Go away!" }, prefix);
}

const goodForWebsockets = extremes.filter(({ usable }) => usable !== "raw websockets");

fact("6", "with any option at its most or least, websockets stay open", async (server) => {
  const talkers = [
    ...await Promise.all(goodForWebsockets.map((extreme) => talk(server, extreme, false))),
    ...await Promise.all(extremes.map((extreme) => talk(server, extreme, true))),
  ];
  await Promise.all(talkers.map(echoes));
  // Long enough for a timeout that has become too short.
  await server.disconnectDelays(1);
  await Promise.all(talkers.map(echoes));
  await Promise.all(talkers.map(says));
});

/** Has a message echoed, and closes the session. */
async function converse(
  server: TestServer,
  { prefix }: Extreme,
  transport: ReceivingTransport,
): Promise<void> {
  const session = server.http(prefix);
  let receiving = await session.ask(transport);
  const next = async () => {
    for (;;) {
      const frame = await receiving.next();
      if (frame !== undefined && frame !== "h") return frame;
      if (frame === undefined) receiving = await session.ask(transport);
    }
  };
  const seen = [await next()];
  await session.send("x");
  seen.push(await next());
  await session.send("c");
  seen.push(await next());
  assertEquals(seen, ["o", 'a["x"]', 'c[3000,"Go away!"]'], `${prefix} ${transport.name}`);
}

for (const transport of receivingTransports) {
  fact(
    "6",
    `with any option at its most or least, ${transport.name} brings what is written`,
    async (server) => {
      for (const extreme of goodForWebsockets) {
        const isUsable = extreme.usable === "all" || streams.includes(transport);
        if (isUsable) await converse(server, extreme, transport);
      }
    },
  );
}
