/** Tests of which requests are for a service, and what they get, with sockjs-node as the control. */

import { assertEquals, assertThrows } from "@std/assert";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import original from "sockjs";
import { PackageSite } from "./both_packages.ts";
import ours from "../../src/adapters/sockjs_node.ts";

/** What is used of either package. */
interface Package {
  createServer(options: object): { installHandlers(server: Server, options: object): unknown };
}

const packages: readonly Package[] = [ours, original];

/** Two HTTP servers with a listener of their own, and a service of each package. */
class Sites implements AsyncDisposable {
  readonly #servers: Server[];

  constructor(servers: Server[]) {
    this.#servers = servers;
  }

  static async open(prefix: unknown): Promise<Sites> {
    const servers = packages.map((sockjs) => {
      const server = createServer((_req, res) => res.end("the site's own"));
      sockjs.createServer({ log: () => {} }).installHandlers(server, { prefix });
      return server.listen(0, "127.0.0.1");
    });
    await Promise.all(servers.map((server) => server.listening || once(server, "listening")));
    return new Sites(servers);
  }

  /** What ours and the original respond with. */
  responses(method: string, path: string): Promise<string[]> {
    return Promise.all(this.#servers.map((server) => respond(server, method, path)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    }
  }
}

/** The status, and what tells the pages apart. */
async function respond(server: Server, method: string, path: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ host: "127.0.0.1", port, method, path, agent: false });
  sent.end();
  const [response] = await once(sent, "response") as [IncomingMessage];
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  const known = ["the site's own", "Welcome", "websocket", "iframe", "o\n"];
  return `${response.statusCode} ${known.find((text) => body.includes(text)) ?? ""}`;
}

const prefixes = [
  ...["", "/", "/echo", "/echo/", "/sock.js", "/a/b", "[/]echo", "/(echo|a)", "/primus(?:[^/]+)?"],
  ...[
    "echo",
    "/echo$",
    "^/echo",
    "/v\\d+",
    "/x(/y)?",
    "/echo(\\?x=1)?",
    "/a|/b",
    ".*",
    "/ä",
    "/a b",
  ],
];

const paths = [
  ...["/", "/info", "/echo", "/echo/", "/echo//", "/echo/info", "/echo/info/", "/echo/info?x=1"],
  ...["/echo?x=1", "/echo/?x=1", "/echofoo", "/echo/nothing", "/echo/iframe-1.html", "/ECHO/info"],
  ...["/x/echo/info", "/echo/a/b/c/d", "/sockXjs/info", "/sock.js/info", "/a/b/info", "/a/info"],
  ...["/primus", "/primus/info", "/primus2/info", "/primus/2/info", "/v12/info", "/v/info"],
  ...["/x/info", "/x/y", "/x/y/info", "/b/info", "/%C3%A4/info", "/a%20b/info", "/abc", "//info"],
];

/** Prefixes that serve no client in the original: what ours and the original respond with. */
const differences: Readonly<Record<string, readonly [ours: string, original: string]>> = {
  "/ //info": ["404 ", "200 websocket"],
  "/echo/ /echo//": ["404 ", "200 Welcome"],
  // The alternation is of the whole expression there: every path that begins with `/a` is the greeting.
  "/a|/b /a/info": ["200 websocket", "200 Welcome"],
  "/a|/b /a/b/info": ["404 ", "200 Welcome"],
  "/a|/b /a%20b/info": ["404 ", "200 Welcome"],
  "/a|/b /abc": ["404 ", "200 Welcome"],
};

for (const prefix of prefixes) {
  Deno.test(`requests are for the same service as in sockjs-node with the prefix ${prefix}`, async () => {
    await using sites = await Sites.open(prefix);
    for (const path of paths) {
      const [actual = "", expected = ""] = await sites.responses("GET", path);
      const difference = differences[`${prefix} ${path}`] ?? [expected, expected];
      assertEquals([path, actual, expected], [path, ...difference]);
    }
  });
}

Deno.test("where nothing else listens, requests outside the service go to fallback", async () => {
  const server = createServer();
  const fallback = () => new Response("the fallback");
  ours.createServer({ prefix: "/echo", fallback }).installHandlers(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const found: string[] = [];
  const { port } = server.address() as AddressInfo;
  for (const path of ["/echo?x=1", "/other", "/echo/?x=1"]) {
    found.push(await (await fetch(`http://127.0.0.1:${port}${path}`)).text());
  }
  server.close();
  server.closeAllConnections();
  assertEquals(found, ["the fallback", "the fallback", "Welcome to SockJS!\n"]);
});

for (const name of ["ours", "original"] as const) {
  Deno.test({
    name: `${name}: connection.prefix is the option's own text`,
    // Sessions outlive their test by the disconnect delay.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using site = new PackageSite(name);
      site.serve({ prefix: "[/]echo" });
      await site.post("xhr");
      assertEquals((await site.connection()).prefix, "[/]echo");
    },
  });
}

Deno.test("a prefix that is no regular expression is refused at once, as in sockjs-node", () => {
  for (const prefix of ["/a(", "/a[", "/a)(b", "/a\\"]) {
    for (const sockjs of packages) {
      const install = () =>
        sockjs.createServer({ log() {} }).installHandlers(createServer(), { prefix });
      assertThrows(install, sockjs === ours ? TypeError : SyntaxError, "egular expression");
    }
  }
});
