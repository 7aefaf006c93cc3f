/** Tests of very many refused and broken upgrades. */

import { assert, assertEquals } from "@std/assert";
import { floodOf, inParallel } from "../support/crowd.ts";
import { HttpConnection } from "../support/raw_http.ts";
import { handshake, RawWebSocket } from "../support/raw_websocket.ts";
import { until } from "../support/until.ts";
import { breakOff, brokenUpgrades, disconnects } from "./broken_upgrades.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const upgrades = new Programs("upgrades.ts");

/** What a program holds. */
interface Open {
  connections: number;
  resources: number;
  files: number;
}

async function openOf(it: Program): Promise<Open> {
  const open = await it.ask<Omit<Open, "files">>("open");
  let files = 0;
  if (Deno.build.os === "linux") {
    for await (const _ of Deno.readDir(`/proc/${it.pid}/fd`)) files++;
  }
  return { ...open, files };
}

/** Waits until no connection is left, and no more files and resources than before. */
async function isQuiet(it: Program, before?: Open): Promise<Open> {
  let open = await openOf(it);
  await until(async () => {
    open = await openOf(it);
    const isAsBefore = before === undefined ||
      (open.files <= before.files && open.resources <= before.resources);
    return open.connections === 0 && isAsBefore;
  }).catch(() => assertEquals(open, { ...before, connections: 0 }));
  return open;
}

const kinds = Object.entries(brokenUpgrades);

/** That many, of all kinds; gives how often there was which answer to which. */
async function attack(it: Program, count: number): Promise<Map<string, number>> {
  const ports = [await it.port("alone"), await it.port("beside")];
  const responses = new Map<string, number>();
  await inParallel(count, async (at) => {
    const [kind, bytes] = kinds[at % kinds.length]!;
    const round = Math.floor(at / kinds.length);
    const how = disconnects[round % disconnects.length]!;
    const port = ports[Math.floor(round / disconnects.length) % ports.length]!;
    const key = `${kind}: ${await breakOff(port, bytes, how)}`;
    responses.set(key, (responses.get(key) ?? 0) + 1);
  });
  return responses;
}

upgrades.test("refused and broken upgrades leave nothing behind", async (it) => {
  await attack(it, 500);
  const before = await isQuiet(it);
  const count = floodOf(10_000, it.runtime);
  const responses = await attack(it, count);
  await isQuiet(it, before);
  for (const server of ["alone", "beside"]) {
    assertEquals((await it.get(server, "/echo")).body, "Welcome to SockJS!\n");
    const socket = await it.websocket(server, "/echo/websocket");
    await socket.sendText("hello");
    assertEquals(await socket.message(), "hello");
    socket.abort();
  }
  const expected = {
    "wrong version": 426,
    "wrong key": 400,
    "switched off": 404,
    "unknown path": 404,
    "OPTIONS": 405,
    "a page": 200,
    "nothing wrong": 101,
  };
  for (const [kind, status] of Object.entries(expected)) {
    assert(
      (responses.get(`${kind}: HTTP/1.1 ${status}`) ?? 0) > count / 200,
      `${kind}: ${[...responses]}`,
    );
  }
});

upgrades.test("a client that is refused can ask for something else", async (it) => {
  for (const server of ["alone", "beside"]) {
    for (const path of ["/off/0/refused/websocket", "/elsewhere", "/echo/info"]) {
      const connection = await it.connect(server);
      await connection.exchange({ path, headers: { ...handshake } });
      assertEquals((await connection.exchange({ path: "/echo" })).body, "Welcome to SockJS!\n");
    }
  }
});

upgrades.test("any number of upgrades may be refused on one connection", async (it) => {
  for (const server of ["alone", "beside"]) {
    const connection = await it.connect(server);
    for (let at = 0; at < 50; at++) {
      const path = at % 2 === 0 ? "/off/websocket" : "/guarded/websocket";
      const { status } = await connection.exchange({ path, headers: { ...handshake } });
      assertEquals(status, at % 2 === 0 ? 404 : 401);
    }
  }
}, { bun: "each time that it is handed over, a connection gets more of Bun's own listeners" });

upgrades.test("the body of a request with too many headers is never read as another request", async (it) => {
  const inBody = "GET /echo/info HTTP/1.1\r\nHost: x\r\n\r\n";
  // After its response, the connection ends.
  const last = "GET /off HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const filler = "a:b\r\n".repeat(1100);
  for (const server of ["alone", "beside"]) {
    for (const length of [`Content-Length: ${inBody.length}`, "Transfer-Encoding: chunked"]) {
      for (const path of ["/echo/websocket", "/echo/0/1/xhr", "/guarded/websocket"]) {
        const connection = await it.connect(server);
        await connection.write(
          `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            `Sec-WebSocket-Version: 12\r\n${filler}${length}\r\n\r\n${inBody}${last}`,
        );
        const text = String.fromCharCode(...await connection.reader.toEnd());
        assert(!text.includes("entropy"), text);
      }
    }
  }
});

upgrades.test("a websocket opens on a connection whose earlier requests were answered", async (it) => {
  // As proxies do it, which use a connection for the requests of many clients.
  await inParallel(200, async (at) => {
    using connection = await HttpConnection.open(await it.port(at % 2 ? "alone" : "beside"));
    assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
    const socket = await RawWebSocket.open(connection, "/echo/websocket");
    await socket.sendText("hello");
    assertEquals(await socket.message(), "hello");
  });
});

/** A request's bytes, with a host. */
function request(line: string, headers: Readonly<Record<string, string>> = {}): string {
  const fields = Object.entries({ Host: "x", ...headers }).map((each) => each.join(": "));
  return [`${line} HTTP/1.1`, ...fields, "\r\n"].join("\r\n");
}

const get = request("GET /echo");

upgrades.test("an upgrade that comes together with requests gets its response after theirs", async (it) => {
  for (const server of ["alone", "beside"]) {
    for (const [path, status] of [["/echo/websocket", 101], ["/echo", 200]] as const) {
      const connection = await it.connect(server);
      await connection.write(get + get + request(`GET ${path}`, handshake));
      for (const expected of [200, 200]) {
        assertEquals((await connection.response()).status, expected);
      }
      assertEquals((await connection.head()).status, status);
    }
  }
});

upgrades.test("an upgrade that comes together with a stream gets no response", async (it) => {
  for (const server of ["alone", "beside"]) {
    const connection = await it.connect(server);
    const stream = request(`POST /echo/0/${crypto.randomUUID()}/xhr_streaming`, {
      "Content-Length": "0",
    });
    await connection.write(get + stream + request("GET /echo/websocket", handshake));
    const text = String.fromCharCode(...await connection.reader.toEnd());
    assert(!text.includes("101"), text);
  }
}, { bun: "emits no upgrade behind a request without a response" });
