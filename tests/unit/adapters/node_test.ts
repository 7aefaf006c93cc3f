import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { assertEquals, assertThrows } from "@std/assert";
import {
  detach,
  type HttpServer,
  installHandlers,
  requestListener,
  type SockJSServer,
} from "../../../src/adapters/node.ts";
import { nodeMessages } from "../../../src/runtimes/node/request.ts";
import { alreadySent } from "../../../src/runtimes/node/exchange.ts";
import { UpgradeRequest } from "../../../src/runtimes/node/node_upgrade.ts";
import { microtasks } from "../../support/fake_time.ts";
import {
  FakeIncoming,
  type FakeRequestInit,
  FakeResponse,
  FakeSocket,
} from "../runtimes/node/fake_messages.ts";

/** A SockJS server, as far as an adapter sees it. */
class FakeServer implements SockJSServer {
  readonly warnings: string[] = [];
  readonly requests: Request[] = [];
  /** What came beside them. */
  readonly infos: unknown[] = [];
  readonly #respond: () => Response | Promise<Response>;

  constructor(respond: () => Response | Promise<Response> = () => new Response("ours")) {
    this.#respond = respond;
  }

  matches(url: string): boolean {
    return url.startsWith("/echo");
  }

  upgrades(url: string): boolean {
    return url.startsWith("/echo/websocket");
  }

  handle(request: Request, info?: unknown): Response | Promise<Response> {
    this.requests.push(request);
    this.infos.push(info);
    return this.#respond();
  }

  warnOnce(message: string): void {
    this.warnings.push(message);
  }
}

function nodeServer(): HttpServer {
  return Object.assign(new EventEmitter(), { listening: false }) as unknown as HttpServer;
}

/** What Node is given of the response to a request for that path. */
async function request(server: HttpServer, url: string, res = new FakeResponse()) {
  server.emit("request", new FakeIncoming({ url }), res);
  await microtasks();
  return res;
}

/** Arguments that are no servers. */
const none: unknown[] = [undefined, null, {}, "server", 1, () => {}];

Deno.test("what is no SockJS server is not installed, and the error says so", () => {
  for (const server of [...none, createServer()]) {
    const install = () => installHandlers(server as SockJSServer, nodeServer());
    assertThrows(install, TypeError, "server must be a SockJS server");
  }
});

Deno.test("nothing is installed on what is no HTTP server, and the error says so", () => {
  // Applications of Express's are emitters.
  for (const server of [...none, new FakeServer(), new EventEmitter()]) {
    const install = () => installHandlers(new FakeServer(), server as unknown as HttpServer);
    assertThrows(install, TypeError, "httpServer must be an HTTP server");
  }
});

Deno.test("unknown options and invalid values are refused, and options may be omitted", () => {
  const refused: [options: unknown, message: string][] = [
    [
      { perMessageDeflate: true, prefix: "/" },
      "unknown option prefix; it is an option of createServer",
    ],
    [{ perMessageDefalte: true }, "unknown option perMessageDefalte; did you mean perM"],
    [{ cors: true }, "unknown option cors"],
    ["/echo", 'the options must be an object such as { perMessageDeflate }, got "/echo"'],
    [{ perMessageDeflate: "true" }, "the option perMessageDeflate must be a boolean or an object"],
  ];
  for (const [options, message] of refused) {
    const install = () => installHandlers(new FakeServer(), nodeServer(), options as object);
    assertThrows(install, TypeError, `Cannot install handlers: ${message}`);
  }
  for (const none of [undefined, null, {}, { perMessageDeflate: undefined }]) {
    installHandlers(new FakeServer(), nodeServer(), none as undefined);
  }
});

Deno.test("a server is not installed twice, unless it was detached", () => {
  const [server, httpServer] = [new FakeServer(), nodeServer()];
  const install = () => installHandlers(server, httpServer);
  const installation = install();
  assertThrows(install, TypeError, "already installed");
  assertEquals(httpServer.rawListeners("request").length, 1);
  installation.detach();
  install();
  detach(server, httpServer);
  install();
});

Deno.test("a server is installed on several, and several on one", () => {
  const [one, other] = [nodeServer(), nodeServer()];
  const server = new FakeServer();
  for (const httpServer of [one, other]) {
    installHandlers(server, httpServer);
    installHandlers(new FakeServer(), httpServer);
  }
  detach(server, one);
  assertThrows(() => installHandlers(server, other), TypeError, "already installed");
});

Deno.test("to take away what is not there, or not there any more, does nothing", () => {
  const [server, httpServer] = [new FakeServer(), nodeServer()];
  detach(server, httpServer);
  const installation = installHandlers(server, httpServer);
  installation.detach();
  const listener = () => {};
  httpServer.on("request", listener);
  installation.detach();
  detach(server, httpServer);
  assertEquals(httpServer.rawListeners("request"), [listener]);
});

Deno.test("only requests and upgrades are listened to", () => {
  const httpServer = createServer();
  httpServer.removeAllListeners();
  installHandlers(new FakeServer(), httpServer);
  assertEquals(httpServer.eventNames().toSorted(), ["request", "upgrade"]);
});

Deno.test("a response of the application's is sent, and Node's own answers are not", async () => {
  for (const [result, calls] of [[new Response(null), ["head 200", "end"]], [alreadySent, []]]) {
    const httpServer = nodeServer();
    installHandlers(new FakeServer(() => result as Response), httpServer);
    assertEquals((await request(httpServer, "/echo")).calls, calls);
  }
});

Deno.test("a request outside the prefix goes to other listeners, or to the server if there are none", async () => {
  for (const others of [0, 1]) {
    const [server, httpServer] = [new FakeServer(), nodeServer()];
    const received: unknown[] = [];
    if (others > 0) httpServer.on("request", () => received.push("other"));
    installHandlers(server, httpServer);
    await request(httpServer, "/x");
    assertEquals([server.infos.length, received.length], [1 - others, others]);
  }
});

Deno.test("only requests under the prefix come with Node's own objects, others are real ones", async () => {
  const [server, httpServer] = [new FakeServer(), nodeServer()];
  installHandlers(server, httpServer);
  await request(httpServer, "/echo");
  await request(httpServer, "/x");
  const found = server.requests.map((each) => [
    nodeMessages(each) !== undefined,
    Object.getPrototypeOf(each) === Request.prototype,
  ]);
  assertEquals(found, [[true, false], [false, true]]);
});

/** Answers that Node cannot send. */
const impossible: Record<string, () => Response> = {
  "a control character in a header": () => new Response(null, { headers: { "X-A": "\x01" } }),
  "the status of an error": () => Response.error(),
  "a body that somebody reads": () => {
    const response = new Response("body");
    response.body?.getReader();
    return response;
  },
  "nothing": () => undefined as unknown as Response,
};
for (const [what, respond] of Object.entries(impossible)) {
  Deno.test(`a response with ${what} becomes a 500, and a line in the log`, async () => {
    for (const give of [respond, () => Promise.resolve(respond())]) {
      const server = new FakeServer(give);
      const httpServer = nodeServer();
      installHandlers(server, httpServer);
      const { calls } = await request(httpServer, "/echo");
      assertEquals(calls, ["head 500", "end Internal error"]);
      assertEquals(server.warnings.length, 1);
    }
  });
}

Deno.test("a response that fails after its beginning is aborted, with a line in the log", async () => {
  const [server, httpServer] = [new FakeServer(impossible["nothing"]), nodeServer()];
  installHandlers(server, httpServer);
  const res = new FakeResponse();
  const handled = request(httpServer, "/echo", res);
  res.headersSent = true;
  await handled;
  assertEquals([res.calls, server.warnings.length], [["destroy"], 1]);
});

Deno.test("a request with a response of other listeners is left to them", async () => {
  for (const writableEnded of [true, false]) {
    const [server, httpServer] = [new FakeServer(), nodeServer()];
    installHandlers(server, httpServer);
    const res = Object.assign(new FakeResponse(), { headersSent: true, writableEnded });
    await request(httpServer, "/echo", res);
    const { infos, warnings: warnings } = server;
    assertEquals([infos.length, res.calls, warnings.length], [0, [], writableEnded ? 0 : 1]);
  }
});

/** What becomes of an upgrade request. */
function upgrade(
  server: FakeServer,
  { socket = new FakeSocket(), ...init }: FakeRequestInit = {},
) {
  const httpServer = nodeServer();
  const events: string[] = [];
  httpServer.on("upgrade", () => events.push("other"));
  installHandlers(server, httpServer);
  httpServer.on("connection", () => events.push("declined"));
  const req = new FakeIncoming({ url: "/echo/websocket", ...init, socket });
  httpServer.emit("upgrade", req, socket, new Uint8Array(0));
  return { events, cutOff: socket.destroyed, handled: server.infos };
}

Deno.test("an upgrade that may open a websocket goes to the server, as an upgrade request", () => {
  const { events, cutOff, handled } = upgrade(new FakeServer(() => alreadySent));
  assertEquals([events, cutOff], [[], false]);
  assertEquals(handled.map((info) => info instanceof UpgradeRequest), [true]);
});

Deno.test("an upgrade of what opens no websocket is declined, without asking the server", () => {
  for (const init of [{ url: "/echo/info" }, { url: "/echo" }, { method: "POST" }]) {
    const { events, cutOff, handled } = upgrade(new FakeServer(() => alreadySent), init);
    assertEquals([events, cutOff, handled], [["declined"], false, []]);
  }
});

Deno.test("an upgrade behind a request without a response is cut off", () => {
  for (const url of ["/echo/websocket", "/echo"]) {
    const socket = new FakeSocket();
    socket._httpMessage = new FakeResponse(socket);
    const { events, cutOff, handled } = upgrade(new FakeServer(() => alreadySent), { url, socket });
    assertEquals([events, cutOff, handled], [[], true, []]);
  }
});

Deno.test("an upgrade that gets another response is declined with that response", async () => {
  for (const result of [new Response("no"), Promise.resolve(new Response("no"))]) {
    const { events, cutOff } = upgrade(new FakeServer(() => result));
    await result;
    assertEquals([events, cutOff], [["declined"], false]);
  }
});

Deno.test("an upgrade that is allowed late is left alone", async () => {
  const result = Promise.resolve(alreadySent);
  const { events, cutOff } = upgrade(new FakeServer(() => result));
  await result;
  assertEquals([events, cutOff], [[], false]);
});

Deno.test("an upgrade outside the prefix goes to other listeners, or is declined if there are none", () => {
  const { events, handled } = upgrade(new FakeServer(), { url: "/x" });
  assertEquals([events, handled], [["other"], []]);
  const [httpServer, socket] = [nodeServer(), new FakeSocket()];
  installHandlers(new FakeServer(), httpServer);
  httpServer.emit("upgrade", new FakeIncoming({ url: "/x", socket }), socket, new Uint8Array(0));
  assertEquals(socket.putBack, "GET /x HTTP/1.1\r\n\r\n");
});

Deno.test("a listener for requests takes those under the prefix, and each of them once", async () => {
  const server = new FakeServer();
  const listener = requestListener(server);
  const [ours, other] = ["/echo", "/x"].map((url) => new FakeIncoming({ url }));
  const res = new FakeResponse();
  assertEquals([listener(other!, res), listener(ours!, res), listener(ours!, res)], [
    ...[false, true, true],
  ]);
  await microtasks();
  assertEquals([server.requests.length, server.warnings], [1, []]);
  assertEquals(res.headersSent, true);
});

Deno.test("a listener for requests needs a SockJS server, and the error says so", () => {
  for (const server of [...none, createServer()]) {
    assertThrows(() => requestListener(server as SockJSServer), TypeError, "a SockJS server");
  }
});
