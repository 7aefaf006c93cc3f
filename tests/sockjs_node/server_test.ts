import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { EventEmitter, once } from "node:events";
import { createServer as createHttpServer, type Server as NodeServer } from "node:http";
import type { AddressInfo } from "node:net";
import sockjs, {
  type Connection,
  createServer,
  listen,
  Server,
  type ServerOptions,
} from "../../src/adapters/sockjs_node.ts";
import { PollingClient } from "../support/polling_client.ts";

/** An HTTP server with a listener of its own, until the end of an `await using` scope. */
class Site implements AsyncDisposable {
  readonly http: NodeServer = createHttpServer((_req, res) => res.end("the site's own"));

  static async open(install: (http: NodeServer) => void): Promise<Site> {
    const site = new Site();
    install(site.http);
    site.http.listen(0, "127.0.0.1");
    await once(site.http, "listening");
    return site;
  }

  get #address(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  websocketUrl(path: string): string {
    return this.#address.replace("http", "ws") + path;
  }

  handle(request: Request): Promise<Response> {
    return fetch(new Request(request.url.replace("http://host", this.#address), request));
  }

  client(prefix = "/echo"): PollingClient {
    return new PollingClient(this, crypto.randomUUID(), prefix);
  }

  async get(path: string): Promise<string> {
    return await (await fetch(this.#address + path)).text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.http.close();
    this.http.closeAllConnections();
    await once(this.http, "close");
  }
}

function createEcho(options: ServerOptions = {}): Server {
  const server = createServer(options);
  server.on("connection", (connection) => {
    connection.on("data", (message) => connection.write(message));
  });
  return server;
}

function test(name: string, fn: () => void | Promise<void>): void {
  // Sessions outlive their test by the disconnect delay.
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function echoes(client: PollingClient): Promise<void> {
  assertEquals(await client.poll(), "o");
  await client.send("one");
  assertEquals(await client.poll(), `a["one"]`);
}

test("the default import has createServer, listen and Server", () => {
  assertEquals(sockjs, { createServer, listen, Server });
  assertEquals(createServer() instanceof Server, true);
  assertEquals(new sockjs.Server(null) instanceof EventEmitter, true);
});

test("subprotocols is an option, and connections have the chosen subprotocol", async () => {
  const events = Promise.withResolvers<string | undefined>();
  await using site = await Site.open((http) => {
    const server = createServer({ prefix: "/echo", subprotocols: ["v12.stomp"] });
    server.on("connection", (connection) => events.resolve(connection.subprotocol));
    server.installHandlers(http);
  });
  const socket = new WebSocket(site.websocketUrl("/echo/websocket"), ["mqtt", "v12.stomp"]);
  assertEquals(await events.promise, "v12.stomp");
  if (socket.readyState === WebSocket.CONNECTING) await once(socket, "open");
  assertEquals(socket.protocol, "v12.stomp");
  const closed = once(socket, "close");
  socket.close();
  await closed;
});

test("installHandlers puts the server before the listeners that are there", async () => {
  await using site = await Site.open((http) => {
    assertEquals(createEcho().installHandlers(http, { prefix: "[/]echo" }), true);
  });
  await echoes(site.client());
  assertEquals(await site.get("/echo"), "Welcome to SockJS!\n");
  assertEquals(await site.get("/echofoo"), "the site's own");
});

test("one server serves several prefixes, with options for each", async () => {
  await using site = await Site.open((http) => {
    const echo = createEcho({ prefix: "/unused" });
    echo.installHandlers(http, { prefix: "/one", websocket: false });
    echo.attach(http, { prefix: "/two" });
  });
  await echoes(site.client("/one"));
  await echoes(site.client("/two"));
  assertMatch(await site.get("/one/info"), /"websocket":false/);
  assertMatch(await site.get("/two/info"), /"websocket":true/);
  assertEquals(await site.get("/unused"), "the site's own");
});

test("drain reaches all installations, those that come later too, and sessions go on", async () => {
  const echo = createEcho();
  await using site = await Site.open((http) => {
    echo.installHandlers(http, { prefix: "/before" });
    echo.drain();
    echo.installHandlers(http, { prefix: "/after" });
  });
  assertEquals(echo.draining, true);
  for (const prefix of ["/before", "/after"]) {
    assertEquals(await site.get(`${prefix}/info`), "Server is draining");
    await echoes(site.client(prefix));
  }
});

test("close ends the connections of all installations, and later ones get 503", async () => {
  const echo = createEcho();
  await using site = await Site.open((http) => echo.installHandlers(http, { prefix: "/one" }));
  await using other = await Site.open((http) => echo.installHandlers(http, { prefix: "/two" }));
  const clients = [site.client("/one"), other.client("/two")];
  for (const client of clients) await echoes(client);
  const closed = echo.close({ code: 4000, reason: "bye" });
  for (const client of clients) assertEquals(await client.poll(), 'c[4000,"bye"]');
  await closed;
  assertEquals(echo.draining, true);
  assertEquals(await site.get("/one/info"), "Server is shutting down");
  echo.installHandlers(site.http, { prefix: "/three" });
  assertEquals(await site.get("/three/info"), "Server is shutting down");
});

test("detach takes a server off one HTTP server, or off all", async () => {
  const echo = createEcho({ prefix: "/echo" });
  await using first = await Site.open((http) => echo.attach(http));
  await using second = await Site.open((http) => echo.attach(http));
  await using third = await Site.open((http) => echo.attach(http));
  echo.detach(first.http);
  assertEquals(await first.get("/echo"), "the site's own");
  assertEquals(await second.get("/echo"), "Welcome to SockJS!\n");
  echo.detach();
  assertEquals(await second.get("/echo"), "the site's own");
  assertEquals(await third.get("/echo"), "the site's own");
  echo.attach(first.http);
  assertEquals(await first.get("/echo"), "Welcome to SockJS!\n");
});

test("listen makes a server, and installs it where there is an HTTP server", async () => {
  await using site = await Site.open((http) => {
    assertEquals(listen(http, { prefix: "/echo" }) instanceof Server, true);
  });
  assertEquals(await site.get("/echo"), "Welcome to SockJS!\n");
  assertEquals(listen().listenerCount("connection"), 0);
});

test("connection and open pass the same connection", async () => {
  const opened: Connection[] = [];
  await using site = await Site.open((http) => {
    const server = new Server({ prefix: "/echo" });
    server.on("open", (connection) => opened.push(connection));
    server.on("connection", (connection) => opened.push(connection));
    server.installHandlers(http);
  });
  assertEquals(await site.client().poll(), "o");
  assertEquals(opened.length, 2);
  assertEquals(opened[0] === opened[1], true);
});

test("jsessionid sets the cookie on Node's response, and sees those that came", async () => {
  await using site = await Site.open((http) => {
    createEcho({
      jsessionid(req, res) {
        res.setHeader("Set-Cookie", `JSESSIONID=${req.cookies?.["JSESSIONID"]}; secure`);
      },
    }).installHandlers(http, { prefix: "/echo" });
  });
  const response = await site.client().receive({ Cookie: "a=b; JSESSIONID=c=d" });
  assertEquals(await response.text(), "o\n");
  assertEquals(response.headers.getSetCookie(), ["JSESSIONID=c=d; secure"]);
  assertMatch(await site.get("/echo/info"), /"cookie_needed":true/);
});

test("jsessionid sees no cookies where other code has changed their header", async () => {
  const seen: unknown[] = [];
  await using site = await Site.open((http) => {
    const jsessionid = (req: { cookies?: object }) => seen.push({ ...req.cookies });
    const handler = createEcho({ prefix: "/echo", jsessionid }).listener().getHandler();
    http.removeAllListeners("request");
    http.on("request", (req, res) => {
      const headers = { ...req.headers, cookie: ["a=b", "c=d"] };
      handler(Object.defineProperty(req, "headers", { value: headers }), res);
    });
  });
  const response = await site.client().receive({ Cookie: "a=b" });
  assertEquals([response.status, await response.text(), seen], [200, "o\n", [{ "": "" }]]);
});

test("a function for jsessionid that throws or rejects sets no cookie", async () => {
  const log: string[] = [];
  await using site = await Site.open((http) => {
    const echo = createEcho({ prefix: "/echo", log: (severity) => log.push(severity) });
    const failing = [
      () => {
        throw new Error("Thrown");
      },
      () => Promise.reject(new Error("Rejected")),
    ];
    for (const [i, jsessionid] of failing.entries()) {
      echo.installHandlers(http, { prefix: `/echo${i}`, jsessionid });
    }
  });
  for (const prefix of ["/echo0", "/echo1"]) {
    const response = await site.client(prefix).receive();
    assertEquals([await response.text(), response.headers.getSetCookie()], ["o\n", []]);
  }
  assertEquals(log, ["error", "error"]);
});

test("a listener that fails closes its connection, and the error goes to the log", async () => {
  const log: string[] = [];
  await using site = await Site.open((http) => {
    const server = createServer();
    server.on("connection", async (connection) => {
      if (connection.prefix === "/rejects") await Promise.reject(new Error("Rejected"));
      connection.on("data", () => {
        throw new Error("Thrown");
      });
    });
    for (const prefix of ["/rejects", "/throws"]) {
      const report = (severity: string, message: string) =>
        log.push(`${prefix} ${severity} ${message.split("\n")[0]}`);
      server.installHandlers(http, { prefix, log: report });
    }
  });
  const [rejects, throws] = [site.client("/rejects"), site.client("/throws")];
  for (const client of [rejects, throws]) assertEquals(await client.poll(), "o");
  assertEquals(await throws.send("one"), 204);
  for (const client of [rejects, throws]) {
    assertEquals(await client.poll(), 'c[1011,"Internal error"]');
  }
  assertEquals(log, ["/rejects error Error: Rejected", "/throws error Error: Thrown"]);
});

test("with a listener for error nothing is logged", async () => {
  const errors: unknown[] = [];
  const log: string[] = [];
  await using site = await Site.open((http) => {
    const base_url = () => {
      throw "from base_url";
    };
    const server = createServer({ prefix: "/echo", base_url });
    server.on("error", (error) => errors.push(error));
    server.on("connection", () => {
      throw "from a listener";
    });
    server.installHandlers(http, { log: (_severity, message) => log.push(message) });
  });
  assertEquals(await site.client().poll(), "o");
  await site.get("/echo/info");
  assertEquals([errors, log], [["from a listener", "from base_url"], []]);
});

test("an unknown option is ignored, with a line in the log for debug", () => {
  const log: string[] = [];
  const options = { prefx: "/echo", log: (...line: string[]) => log.push(line.join(" ")) };
  createServer(options as ServerOptions).installHandlers(createHttpServer());
  assertEquals(log, ["debug Unknown option prefx is ignored; did you mean prefix?"]);
});

test("an option of a wrong kind is refused when the server is installed", () => {
  const server = createServer({ base_url: "/echo" });
  const install = () => server.installHandlers(createHttpServer());
  assertThrows(install, TypeError, "the option base_url must be an absolute URL");
});

test("an application in place of its HTTP server is refused", () => {
  const application = Object.assign(() => {}, new EventEmitter());
  const install = () => createServer().installHandlers(application as never);
  assertThrows(install, TypeError, "httpServer must be an HTTP server");
});

test("a jsessionid function that sends the response itself is left alone", async () => {
  const errors: unknown[] = [];
  await using site = await Site.open((http) => {
    const jsessionid = (_req: unknown, res: unknown) => {
      (res as { end(text: string): void }).end("by itself");
    };
    const server = createEcho({ prefix: "/echo", jsessionid });
    server.on("error", (error) => errors.push(error));
    server.installHandlers(http);
  });
  for (const transport of ["xhr", "xhr_streaming", "xhr_send"]) {
    const request = new Request(`http://host/echo/0/1/${transport}`, { method: "POST" });
    assertEquals(await (await site.handle(request)).text(), "by itself");
  }
  assertMatch(await site.get("/echo/info"), /"cookie_needed":true/);
  assertMatch(String(errors), /head of another response has already been sent/);
});
