import { assertEquals, assertStrictEquals } from "@std/assert";
import { Emitter } from "../../../src/connection/emitter.ts";
import { ErrorReporter } from "../../../src/server/error_reporter.ts";
import { OptionCallbacks } from "../../../src/server/option_callbacks.ts";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { optionNames, readOptions } from "../../../src/options/settings.ts";
import {
  type Endpoints,
  type RequestRuntime,
  runtimeKey,
  unixSocket,
} from "../../../src/runtimes/runtime.ts";
import { fakeTime } from "../../support/fake_time.ts";
import { connect, PollingClient, serve } from "../../support/polling_client.ts";

const throwing = () => {
  throw new Error("thrown by the application");
};

Deno.test("jsessionid: a function decides about the cookie, undefined for none", async () => {
  using _time = fakeTime();
  const cookies: Record<string, string | undefined> = { a: "X=1; path=/", b: undefined };
  const jsessionid = (request: Request) => cookies[request.url.split("/").at(-2)!];
  const { server } = serve({ jsessionid });
  const cookieOf = async (session: string) =>
    (await new PollingClient(server, session).receive()).headers.get("Set-Cookie");
  assertEquals([await cookieOf("a"), await cookieOf("b")], ["X=1; path=/", null]);
});

Deno.test("jsessionid: a function that throws or returns nonsense sets no cookie, but the request is served", async () => {
  using _time = fakeTime();
  const nonsense = [throwing, () => 1, () => null, () => ({}), () => "a\r\nX: y", () => "\u20ac"];
  for (const jsessionid of nonsense) {
    const { server, log } = serve({ jsessionid: jsessionid as () => string });
    const response = await new PollingClient(server).receive();
    assertEquals([response.status, response.headers.has("Set-Cookie")], [200, false]);
    assertEquals(await response.text(), "o\n");
    assertEquals(log.length > 0, true, String(jsessionid));
  }
});

Deno.test("baseUrl: a function that throws or returns nonsense leaves base_url out of the response", async () => {
  const nonsense = [throwing, () => 1, () => null, () => "/b", () => "https://a/", () => ({})];
  for (const baseUrl of nonsense) {
    const { server, log } = serve({ baseUrl: baseUrl as () => string });
    const response = await server.handle(new Request("http://host/echo/info"));
    assertEquals([response.status, "base_url" in await response.json()], [200, false]);
    assertEquals(log.length > 0, true, String(baseUrl));
  }
});

/** The list of subprotocols that the callback gets. */
function offered(value: string | undefined): readonly string[] | undefined {
  let calls: readonly string[] | undefined;
  const subprotocols = (offered: readonly string[]) => void (calls = offered);
  const reporter = new ErrorReporter(new Emitter<{ error: [error: unknown] }>(), () => {});
  const headers = value === undefined ? {} : { "Sec-WebSocket-Protocol": value };
  const functions = new OptionCallbacks(readOptions({ subprotocols }), reporter);
  assertEquals(functions.subprotocol(new Request("http://host/", { headers })), undefined);
  return calls;
}

Deno.test("subprotocols: a function gets the offered ones in the client's order, each once", () => {
  assertEquals(offered("v12.stomp, v11.stomp"), ["v12.stomp", "v11.stomp"]);
  assertEquals(offered("b,a\t,  b , a"), ["b", "a"]);
  assertEquals(offered("a b, c, (d), e"), ["c", "e"]);
});

Deno.test("subprotocols: a function is not asked where nothing is offered that has a name", () => {
  for (const value of [undefined, "", " ", ",", ", ,\t,", "a b", '"a"', "a/b", "a;b=c", "\u00e9"]) {
    assertEquals(offered(value), undefined, value);
  }
});

Deno.test("subprotocols: 100,000 offers are read like one", () => {
  const many = Array.from({ length: 100_000 }, (_, at) => `p${at}`);
  assertEquals(offered(many.join(",,")), many);
});

/** Runs a function and collects unhandled rejections, which would end the process. */
async function unhandled(run: () => Promise<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push(event.reason);
  };
  addEventListener("unhandledrejection", note);
  try {
    await run();
    // Runtimes look for unhandled rejections at the end of a turn.
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    removeEventListener("unhandledrejection", note);
  }
  return seen;
}

/** As a function of JavaScript may turn out to be. */
const rejecting = () => Promise.reject(new Error("async")) as never;

const uses: [string, ServerOptions, (client: PollingClient) => Promise<unknown>][] = [
  ["jsessionid", { jsessionid: rejecting }, (client) => client.poll()],
  ["fallback", { fallback: rejecting, prefix: "/other" }, (client) => client.receive()],
];

for (const [name, options, use] of uses) {
  Deno.test(`a function for ${name} that turns out to reject does not end the process`, async () => {
    const { server } = serve(options);
    const seen = await unhandled(async () => {
      const client = new PollingClient(server);
      await use(client);
      if (options.prefix === undefined) await client.breakPoll();
    });
    assertEquals(seen, []);
  });
}

Deno.test("a function for baseUrl that turns out to reject does not end the process", async () => {
  const { server } = serve({ baseUrl: rejecting });
  const info = new Request("http://host/echo/info");
  assertEquals(await unhandled(async () => await server.handle(info)), []);
});

Deno.test("a log that turns out to reject does not end the process", async () => {
  const { server } = serve({ log: rejecting });
  const seen = await unhandled(async () => {
    const { client, connection } = await connect(server);
    connection.on("data", () => {
      throw new Error("for the log");
    });
    await client.send("x");
    await client.poll();
  });
  assertEquals(seen, []);
});

Deno.test("fallback: any result but a Response, or an error, is a 500 and an error event", async () => {
  const throws = new Proxy({}, { get: throwing, getPrototypeOf: throwing });
  const nonsense = ["text", 1, {}, throws, { [Symbol.toStringTag]: "Response" }];
  for (const odd of nonsense) {
    for (const fallback of [() => odd, () => Promise.resolve(odd)]) {
      // The promise of the last-but-one rejects, for it has a `then` that throws.
      const { server, log } = serve({ fallback: fallback as () => Response });
      const response = await server.handle(new Request("http://host/elsewhere"));
      assertEquals([response.status, log.length], [500, 1], typeof odd);
    }
  }
});

Deno.test("fallback: a Response with a status that no response has is a 500 and an error", async () => {
  const ofStatus = (status: number) =>
    Object.defineProperty(new Response("x"), "status", { value: status });
  for (const odd of [Response.error(), ...[100, 199, 600, NaN].map(ofStatus)]) {
    for (const fallback of [() => odd, () => Promise.resolve(odd)]) {
      const { server, log } = serve({ fallback });
      const response = await server.handle(new Request("http://host/elsewhere"));
      assertEquals([response.status, log.length], [500, 1]);
    }
  }
});

Deno.test("fallback: an upgrade, a redirect and what has no body are sent as they are", async () => {
  const upgraded = Object.defineProperty(new Response(null), "status", { value: 101 });
  const responses = [204, 205, 304].map((status) => new Response(null, { status }));
  for (const result of [upgraded, Response.redirect("http://host/"), ...responses]) {
    const { server } = serve({ fallback: () => result });
    assertStrictEquals(await server.handle(new Request("http://host/elsewhere")), result);
  }
});

Deno.test("fallback: a thenable of no promise's making counts once", async () => {
  const then = (resolve: (response: Response) => void) => {
    resolve(new Response("one"));
    resolve(new Response("two"));
  };
  const { server } = serve({ fallback: (() => ({ then })) as never });
  const response = await server.handle(new Request("http://host/elsewhere"));
  assertEquals(await response.text(), "one");
});

/** Passes for a runtime that knows these ends of a connection. */
function runtimeWith(endpoints: Endpoints): { [runtimeKey]: RequestRuntime } {
  return { [runtimeKey]: { endpoints: () => endpoints } };
}

const proxy = runtimeWith({ remote: { address: "10.0.0.1", port: 1 } });

/** What `trustProxy` makes of a client that sends an address, and how often it logs. */
async function addressBy(trustProxy: unknown, info: unknown = proxy): Promise<[unknown, number]> {
  const { server, log } = serve({ trustProxy: trustProxy as () => boolean });
  const headers = { "X-Forwarded-For": "6.6.6.6, 192.0.2.9" };
  const request = new Request("http://host/echo/0/b/xhr", { method: "POST", headers });
  await server.handle(request, info);
  const [connection] = server.connections;
  const { remoteAddress } = connection!;
  // What a promise rejects with is reported later.
  for (let i = 0; i < 5; i++) await Promise.resolve();
  return [remoteAddress, log.length];
}

Deno.test("trustProxy: a function gets addresses in one form, with their distance", async () => {
  using _time = fakeTime();
  const calls: unknown[] = [];
  const trustProxy = (...args: unknown[]) => calls.push(args) === 1;
  const mapped = runtimeWith({ remote: { address: "::ffff:10.0.0.1", port: 1 } });
  assertEquals(await addressBy(trustProxy, mapped), ["192.0.2.9", 0]);
  assertEquals(calls, [["10.0.0.1", 0], ["192.0.2.9", 1]]);
  calls.length = 0;
  assertEquals(await addressBy(trustProxy, runtimeWith(unixSocket)), ["192.0.2.9", 0]);
  assertEquals(calls[0], ["127.0.0.1", 0]);
});

Deno.test("trustProxy: a function that throws or returns nonsense trusts nothing, and is reported", async () => {
  using _time = fakeTime();
  const nonsense = [throwing, () => 1, () => "yes", () => null, () => ({})];
  nonsense.push(() => Promise.resolve(true), () => Promise.reject(new Error("rejected")));
  for (const trustProxy of nonsense) {
    const [address, logged] = await addressBy(trustProxy);
    assertEquals([address, logged > 0], ["10.0.0.1", true], String(trustProxy));
  }
});

Deno.test("trustProxy: a function is not called for an end that is not known", async () => {
  using _time = fakeTime();
  assertEquals(await addressBy(throwing, runtimeWith({})), [undefined, 0]);
});

/** The options that take a function, but for `log`, which is where errors go. */
const functionOptions = optionNames.filter((name) => {
  if (name.includes("_") || name === "log") return false;
  try {
    return readOptions({ [name]: throwing }) !== undefined;
  } catch {
    return false;
  }
});

/** Requests that between them lead to a call of every such function. */
function requests(): Request[] {
  const handshake = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    "Sec-WebSocket-Protocol": "v12.stomp",
  };
  return [
    new Request("http://host/other"),
    new Request("http://host/echo/iframe.html"),
    new Request("http://host/echo/info", { headers: { Origin: "https://a.example" } }),
    new Request("http://host/echo/0/b/xhr", { method: "POST" }),
    new Request("http://host/echo/0/c/websocket", { headers: handshake }),
  ];
}

for (const name of functionOptions) {
  Deno.test(`${name}: what a function throws is reported, and every request gets a response`, async () => {
    using _time = fakeTime();
    const { server } = serve({ [name]: throwing });
    const reported: string[] = [];
    server.on("error", (error) => reported.push((error as Error).message));
    server.on("connection", (connection) => void connection.remoteAddress);
    for (const request of requests()) {
      assertEquals(await server.handle(request, proxy) instanceof Response, true);
    }
    assertEquals([...new Set(reported)], ["thrown by the application"]);
  });
}
