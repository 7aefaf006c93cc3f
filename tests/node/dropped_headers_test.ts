/**
 * Tests of requests with more headers than Node keeps. Some versions of Node drop the rest, and with
 * it the header that the proxy has added at the end. Others refuse the request.
 */

import { assertEquals } from "@std/assert";
import { RawWebSocket } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const programs = new Programs("dropped_headers.ts");

/** A client's own header, many others, and the proxy's. */
function headers(count: number): Record<string, string> {
  const others = Array.from({ length: count }, (_, i) => [`a${i}`, ""]);
  return {
    "X-Forwarded-For": "6.6.6.6",
    ...Object.fromEntries(others),
    "x-forwarded-for": "192.0.2.7",
  };
}

/** What a service sees by a poll; the status, if that is not 200. */
async function byPoll(it: Program, service: string, count: number): Promise<unknown> {
  const base = `/proxied/${service}/0/${crypto.randomUUID()}`;
  const poll = { method: "POST", path: `${base}/xhr` };
  const { status } = await it.request("http", { ...poll, headers: headers(count) });
  if (status !== 200) return status;
  const body = service === "authorized" ? '["context"]' : '["who"]';
  await it.request("http", { method: "POST", path: `${base}/xhr_send`, body });
  const { body: frame } = await it.request("http", poll);
  return JSON.parse(JSON.parse(frame.slice(1))[0])[0];
}

/** The same by a raw websocket. */
async function byWebSocket(it: Program, service: string, count: number): Promise<unknown> {
  const path = `/proxied/${service}/websocket`;
  const socket = await RawWebSocket.open(await it.connect("http"), path, headers(count));
  await socket.sendText(service === "authorized" ? "context" : "who");
  return JSON.parse(await socket.message())[0];
}

const sentence = "an address is not forged by so many headers that the proxy's is dropped";
programs.test(sentence, async (it) => {
  for (const service of ["by_number", "by_list", "authorized"]) {
    assertEquals(await byPoll(it, service, 3), "192.0.2.7", service);
    assertEquals(await byWebSocket(it, service, 3), "192.0.2.7", service);
    const seen = await byPoll(it, service, 40);
    // Node 24 and Bun refuse such requests.
    if (seen === 431) continue;
    assertEquals(seen, "127.0.0.1", service);
    assertEquals(await byWebSocket(it, service, 40), "127.0.0.1", service);
  }
});
