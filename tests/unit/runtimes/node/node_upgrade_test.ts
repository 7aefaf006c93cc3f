import { assert, assertEquals } from "@std/assert";
import { PlainResponse } from "../../../../src/http/plain_response.ts";
import { runtimeOf, type SocketListener } from "../../../../src/runtimes/runtime.ts";
import { alreadySent } from "../../../../src/runtimes/node/exchange.ts";
import { UpgradeRequest } from "../../../../src/runtimes/node/node_upgrade.ts";
import type { WsServer } from "../../../../src/runtimes/node/ws_server.ts";
import { FakeIncoming, type FakeRequestInit, FakeSocket } from "./fake_messages.ts";

const handshake = ["Host", "host", "Connection", "Upgrade", "Upgrade", "websocket"];

/** An upgrade request, and what is done with it. */
function make(
  asked: FakeRequestInit = {},
  rest = "",
  maxHeadersCount: number | null = null,
  hears = (_event: string) => true,
) {
  const emitted: [string, boolean][] = [];
  const accepted: unknown[][] = [];
  const socket = asked.socket ?? new FakeSocket();
  const req = new FakeIncoming({ fields: handshake, ...asked, socket });
  const websockets = { upgrade: (...args: unknown[]) => accepted.push(args) };
  const server = {
    maxHeadersCount,
    // Whoever hears of the connection reads at once.
    emit(event: string, given: unknown) {
      if (!hears(event)) return false;
      emitted.push([event, given === socket && socket.putBack !== ""]);
      return true;
    },
  };
  const bytes = new TextEncoder().encode(rest);
  const upgrade = new UpgradeRequest(
    server,
    websockets as unknown as WsServer,
    req,
    socket,
    bytes,
  );
  return { upgrade, req, socket, bytes, emitted, accepted };
}

/** The bytes that a declined request has become. */
function declined(asked: FakeRequestInit, rest?: string): string {
  const { upgrade, socket } = make(asked, rest);
  upgrade.decline();
  return socket.putBack;
}

/** Of a declined request, the fields. */
function fieldsOf(...fields: string[]): string[] {
  return declined({ fields }).split("\r\n").slice(1, -2);
}

Deno.test("a declined request is put back as it came, but for the upgrade", () => {
  const fields = ["host", "A", ...handshake.slice(2), "X-A", "1", "x-a", "2", "X-Empty", ""];
  assertEquals(
    declined({ method: "POST", url: "/a/../b?c=%zz", fields }),
    "POST /a/../b?c=%zz HTTP/1.1\r\n" +
      "host: A\r\nConnection: \r\nX-A: 1\r\nx-a: 2\r\nX-Empty: \r\n\r\n",
  );
});

Deno.test("a declined request asks for no upgrade, however that was written", () => {
  const fields = ["UPGRADE", "h2c", "upgrade", "websocket", "CONNECTION", "uPgRaDe"];
  assertEquals(fieldsOf(...fields), ["CONNECTION: "]);
});

Deno.test("the other tokens of Connection are kept", () => {
  const connections = ["Upgrade, close", "keep-alive ,upgrade", "x,  UPGRADE  ,y", "upgraded"];
  const fields = connections.flatMap((value) => ["Connection", value]);
  const tokens = fieldsOf(...fields).map((field) => field.replaceAll(" ", ""));
  assertEquals(tokens, [
    "Connection:close",
    "Connection:keep-alive",
    "Connection:x,y",
    "Connection:upgraded",
  ]);
});

Deno.test("bytes above ASCII in a field are put back as they came", () => {
  assertEquals(fieldsOf("X-Latin", "caf\u00e9\u00ff"), ["X-Latin: caf\u00e9\u00ff"]);
});

Deno.test("what came after a declined request comes after it again", () => {
  const next = "GET /next HTTP/1.1\r\n\r\n";
  assertEquals(
    declined({ url: "/x", fields: [] }, next),
    `GET /x HTTP/1.1\r\n\r\n${next}`,
  );
});

Deno.test("a declined connection is new to the server, once its request has been put back", () => {
  for (const [encrypted, event] of [[false, "connection"], [true, "secureConnection"]] as const) {
    const { upgrade, socket, emitted } = make();
    socket.encrypted = encrypted;
    upgrade.decline();
    assertEquals([emitted, socket.destroyed], [[[event, true]], false]);
  }
});

Deno.test("a declined connection with TLS is new to a server without, where others have handed it over", () => {
  const { upgrade, socket, emitted } = make({}, "", null, (event) => event === "connection");
  socket.encrypted = true;
  upgrade.decline();
  assertEquals([emitted, socket.destroyed], [[["connection", true]], false]);
});

// Deno, Bun and Node from 26 on take bodies from the connection: see `tests/node`.
Deno.test("where the body was taken from the connection, a declined one is cut off", () => {
  for (const field of [["Content-Length", "4"], ["Transfer-Encoding", "chunked"]]) {
    const { upgrade, socket, emitted } = make({ fields: [...handshake, ...field] });
    upgrade.decline();
    assertEquals([socket.destroyed, socket.putBack, emitted], [true, "", []]);
  }
});

Deno.test("a declined request that says it has no body is put back", () => {
  const { upgrade, socket, emitted } = make({ fields: [...handshake, "Content-Length", "0"] });
  upgrade.decline();
  assertEquals([socket.destroyed, emitted], [false, [["connection", true]]]);
});

Deno.test("a declined request is cut off where Node may have dropped some of its fields", () => {
  const twenty = [...handshake, ...Array(17).fill(["a", "b"]).flat()];
  const thousand = [...handshake, ...Array(997).fill(["a", "b"]).flat()];
  const cases = [
    [twenty, 20, true],
    [twenty.slice(2), 20, false],
    [twenty, 0, false],
    [twenty, null, false],
    [thousand, null, true],
    [thousand.slice(2), null, false],
    [thousand, 0, false],
  ] as const;
  for (const [fields, most, isCutOff] of cases) {
    const { upgrade, socket, emitted } = make({ fields }, "", most);
    upgrade.decline();
    assertEquals([socket.destroyed, emitted.length], [isCutOff, isCutOff ? 0 : 1]);
  }
});

Deno.test("requests on one connection have the same listeners there", () => {
  const socket = new FakeSocket();
  for (let times = 0; times < 20; times++) {
    make({ socket }).upgrade.decline(new Response("answer"));
  }
  assertEquals([socket.listenerCount("error"), socket.listenerCount("close")], [1, 1]);
});

Deno.test("an answer that nobody fetched is cancelled with its connection", () => {
  let isCancelled = false;
  const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
  const { upgrade, socket } = make();
  upgrade.decline(new Response(body));
  socket.emit("close");
  assertEquals(isCancelled, true);
});

Deno.test("a response of another package whose body cannot be cancelled is dropped", () => {
  const response = { [Symbol.toStringTag]: "Response", status: 401, headers: {}, body: {} };
  const { upgrade, socket } = make();
  upgrade.decline(response as unknown as Response);
  assert(socket.emit("close"));
});

Deno.test("an accepted request goes to ws, with what came after it", () => {
  const { upgrade, req, socket, bytes, accepted, emitted } = make({}, "frame");
  const listener = {} as SocketListener;
  assertEquals(upgrade.upgrade(listener), alreadySent);
  const [args = []] = accepted;
  assertEquals(args.map((arg, at) => arg === [req, socket, bytes, listener][at]), [
    true,
    true,
    true,
    true,
  ]);
  assertEquals([accepted.length, socket.putBack, emitted], [1, "", []]);
});

Deno.test("an error on the socket ends nobody, from the beginning on", () => {
  assert(make().socket.emit("error", new Error("reset")));
});

Deno.test("an upgrade request is its own runtime, with the ends of its socket", () => {
  const { upgrade } = make();
  assertEquals(runtimeOf(upgrade) === upgrade, true);
  assertEquals(upgrade.endpoints().remote, { address: "192.0.2.1", port: 1234 });
});

Deno.test("an upgrade request that gets a response is declined", () => {
  const { upgrade, emitted } = make();
  assertEquals(upgrade.respond(new PlainResponse(400, {}, "no")), alreadySent);
  assertEquals(emitted, [["connection", true]]);
});
