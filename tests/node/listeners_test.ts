/**
 * Tests that other listeners of the server do not see SockJS requests, whenever they are added and
 * however they are called.
 */

import { assertEquals } from "@std/assert";
import { StockClient } from "../support/stock_client.ts";
import { handshake } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const listeners = new Programs("listeners.ts");

const transports = ["websocket", "xhr-streaming", "xhr-polling"];

/** A service serves the stock client over each transport, and no other listener sees it. */
async function echoes(it: Program, server: string, prefix = "/echo"): Promise<void> {
  await it.ask("called");
  const url = `http://127.0.0.1:${await it.port(server)}${prefix}`;
  await Promise.all(transports.map(async (transport) => {
    await using client = await StockClient.open(url, [transport]);
    assertEquals(client.transport, transport, server);
    client.send("hello");
    assertEquals(await client.receive(1), [`${prefix} hello`]);
    client.close(3000, "done");
    const { code, reason, wasClean } = await client.closed();
    assertEquals([code, reason, wasClean], [3000, "done", true]);
  }));
  const socket = await it.websocket(server, `${prefix}/websocket`);
  await socket.sendText("hello");
  assertEquals(await socket.message(), `${prefix} hello`);
  assertEquals((await it.get(server, prefix)).body, "Welcome to SockJS!\n");
  // Refused handshakes come back as requests.
  assertEquals((await upgrade(it, server, `${prefix}/info`))[0], 200);
  assertEquals(await it.ask("called"), []);
}

/** Status and body of the response to a request for an upgrade. */
async function upgrade(
  it: Program,
  server: string,
  path: string,
  fields: Record<string, string> = {},
): Promise<[number, string]> {
  const { status, body } = await it.request(server, { path, headers: { ...handshake, ...fields } });
  return [status, body];
}

/** The responses of other listeners, and which of them were called. */
async function others(
  it: Program,
  server: string,
  path = "/x",
): Promise<[request: string, upgrade: string, called: string[]]> {
  await it.ask("called");
  const { body } = await it.get(server, path);
  const [, refusal] = await upgrade(it, server, path);
  return [body, refusal, await it.ask("called")];
}

/** The websockets of `ws` are there, too. */
async function hasItsOwn(it: Program, server: string): Promise<void> {
  const socket = await it.websocket(server, "/own");
  await socket.sendText("hello");
  assertEquals(await socket.message(), "own hello");
  assertEquals((await it.get(server, "/x")).body, "application /x");
  assertEquals((await upgrade(it, server, "/x"))[0], 400);
}

for (const server of ["wsBefore", "wsAfter", "wsMuchLater"]) {
  listeners.test(`the stock client beside a server of ws with a path: ${server}`, async (it) => {
    await hasItsOwn(it, server);
    await echoes(it, server);
    await hasItsOwn(it, server);
  });
}

listeners.test("listeners before and after ours get all other requests, in order", async (it) => {
  await echoes(it, "between");
  const called = ["early /x", "late /x", "early upgrade /x", "late upgrade /x"];
  assertEquals(await others(it, "between"), ["early /x", "early", called]);
});

for (const add of ["on", "addListener", "once", "prependListener", "prependOnceListener"]) {
  listeners.test(`a listener that is added later gets requests that are not ours: ${add}`, async (it) => {
    await echoes(it, add);
    const [request, refusal, called] = await others(it, add);
    assertEquals([request, refusal], [`${add} /x`, add]);
    assertEquals(called, [`${add} /x`, `${add} upgrade /x`]);
    await echoes(it, add);
    const again = await others(it, add);
    const isOnce = add.toLowerCase().includes("once");
    assertEquals(again, isOnce ? ["Not found", "Not found", []] : [request, refusal, called]);
  });
}

const earlyAndLate = ["early /x", "early", [
  ...["early /x", "late /x", "early upgrade /x", "late upgrade /x"],
]] as const;
const noListener = ["Not found", "Not found", []] as const;
/** The responses where code has removed all listeners and calls them itself. */
const wrapped = {
  meteorAlone: noListener,
  meteorTwo: noListener,
  meteorBetween: earlyAndLate,
  meteorTwice: earlyAndLate,
  meteorBelow: ["later /x", "later", ["later /x", "later upgrade /x"]],
  meteorThenLater: ["later /x", "later", ["later /x", "later upgrade /x"]],
  meteorThenOther: earlyAndLate,
} as const;

for (const [server, expected] of Object.entries(wrapped)) {
  listeners.test(`a wrapper that gives requests another URL, as Meteor's: ${server}`, async (it) => {
    await echoes(it, server);
    if (/Two|Other/.test(server)) await echoes(it, server, "/other");
    for (const path of ["/short", "/short/"]) {
      const socket = await it.websocket(server, path);
      await socket.sendText("hello");
      assertEquals(await socket.message(), "/echo hello");
    }
    assertEquals(await others(it, server), expected as never);
    await echoes(it, server);
  });
}

for (const server of ["engineAlone", "engineBetween"]) {
  listeners.test(`a wrapper with requests of its own, as engine.io's: ${server}`, async (it) => {
    await echoes(it, server);
    assertEquals((await it.get(server, "/engine")).body, "engine");
    const isAlone = server === "engineAlone";
    const [request, refusal, called] = await others(it, server);
    assertEquals(request, isAlone ? "Not found" : "early /x");
    assertEquals(refusal, isAlone ? "engine" : "early");
    const expected = isAlone ? [] : ["early /x", "late /x", "early upgrade /x", "late upgrade /x"];
    assertEquals(called, [...expected, "engine upgrade /x"]);
  });
}

listeners.test("a wrapper that keeps people out is not bypassed", async (it) => {
  await echoes(it, "filtered");
  assertEquals(await others(it, "filtered"), earlyAndLate as never);
  await it.ask("called");
  const fields = { "X-Forbidden": "1" };
  for (const path of ["/echo/websocket", "/echo/0/1/websocket", "/echo/info", "/x"]) {
    assertEquals((await upgrade(it, "filtered", path, fields))[0], 403);
  }
  assertEquals(await it.ask("called"), []);
});

listeners.test("a server that refuses upgrades without other listeners still does so", async (it) => {
  await echoes(it, "hono");
  assertEquals((await it.get("hono", "/x")).body, "hono /x");
  assertEquals((await upgrade(it, "hono", "/x"))[0], 200);
});

listeners.test("removing all listeners removes ours", async (it) => {
  assertEquals(await others(it, "emptied", "/echo"), ["new /echo", "new /echo", [
    ...["new /echo", "new /echo"],
  ]]);
});

listeners.test("listeners are seen and taken off as on any server, with ours and without", async (it) => {
  const [before, used] = [await it.ask<unknown[][]>("state"), await it.ask("use")];
  await it.ask("install");
  // One more, and all else the same.
  const plus = before.map(() => [1, 1, 1, true]);
  assertEquals(await it.ask("state"), plus);
  const more = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.length === 4
        ? [...value.slice(0, 3).map((count) => count + 1), true]
        : value.map(more)
      : value;
  assertEquals(await it.ask("use"), more(used));
  const next = it.ask("next");
  // It has been asked for before, on a connection of its own.
  await it.ask("state");
  await echoes(it, "changing");
  assertEquals(await upgrade(it, "changing", "/next"), [418, ""]);
  assertEquals(await next, "/next");
  await echoes(it, "changing");
  assertEquals(await it.ask("detach"), []);
  assertEquals(await it.ask("state"), before);
  assertEquals(await it.ask("use"), used);
});

listeners.test("nothing of all that is worth a line in the log", async (it) => {
  assertEquals(await it.ask("logged"), []);
});
