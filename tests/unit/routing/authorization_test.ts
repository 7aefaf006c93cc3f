import { assertEquals } from "@std/assert";
import type { AuthorizeResult, RemoteClient } from "../../../src/options/option_functions.ts";
import { runtimeKey } from "../../../src/runtimes/runtime.ts";
import { connectSocket, FakeRuntime, handshake, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, soon } from "../../support/fake_time.ts";
import { errorsOf, PollingClient, serve } from "../../support/polling_client.ts";

/** A server that decides by the header `As`, at once or later. */
function start(later = false) {
  const runtime = new FakeRuntime();
  const calls: unknown[] = [];
  const { server, log } = onRuntime(runtime, () =>
    serve({
      authorize: (request, info) => {
        calls.push(info);
        const as = request.headers.get("As");
        const result: AuthorizeResult = as === null ? true : as === "nobody" ? false : { key: as };
        return later ? Promise.resolve(result) : result;
      },
    }));
  return { runtime, server, log, calls };
}

const me = { As: "me" };
const you = { As: "you" };

Deno.test("where authorize is sync, so is the response, and it gets what the runtime gives", () => {
  using _time = fakeTime();
  const { server, calls } = start();
  for (
    const request of [new Request("http://host/echo/a/b/xhr", { method: "POST", headers: me })]
  ) {
    assertEquals(server.handle(request, "info") instanceof Response, true);
  }
  assertEquals(server.handle(handshake("http://host/echo/websocket"), 1) instanceof Response, true);
  assertEquals(calls, ["info", 1]);
});

/** What `authorize` gets as its third argument, for a request with headers that can be taken away. */
async function clientOf(takeAway: boolean): Promise<[RemoteClient, () => number]> {
  using _time = fakeTime();
  let found: RemoteClient | undefined;
  let decisions = 0;
  const { server } = serve({
    trustProxy: (_address, hop) => ++decisions > 0 && hop === 0,
    authorize: (_request, _info, client) => (found = client) !== undefined,
  });
  const headers = { "X-Forwarded-For": "6.6.6.6, 192.0.2.7:5" };
  const request = new Request("http://host/echo/a/b/xhr", { method: "POST", headers });
  const endpoints = () => ({ remote: { address: "10.0.0.1", port: 1 } });
  await server.handle(request, { [runtimeKey]: { endpoints } });
  const gone = () => {
    throw new TypeError("Request closed");
  };
  // As on Deno, once the response is sent.
  if (takeAway) Object.defineProperty(request, "headers", { get: gone });
  return [found!, () => decisions];
}

Deno.test("authorize gets the client's address, found once, when it is read", async () => {
  const [client, decisions] = await clientOf(false);
  assertEquals(decisions(), 0);
  assertEquals([client.remoteAddress, client.remotePort], ["192.0.2.7", 5]);
  assertEquals(decisions(), 2);
});

Deno.test("an address that is read when the request is gone is unknown, and nothing throws", async () => {
  const [client] = await clientOf(true);
  assertEquals([client.remoteAddress, client.remotePort], [undefined, undefined]);
});

Deno.test("authorize is not called for pages, nor for sessions without a key", async () => {
  using _time = fakeTime();
  const { server, calls } = start();
  for (const path of ["/echo", "/echo/info", "/echo/iframe.html"]) {
    assertEquals((await server.handle(new Request(`http://host${path}`))).status, 200);
  }
  const client = new PollingClient(server);
  await client.poll();
  assertEquals(await client.send("x"), 204);
  assertEquals(calls.length, 1);
});

for (const later of [false, true]) {
  const how = later ? "later" : "at once";

  Deno.test(`a second receiver with another key is 403, with the same it is 2010, ${how}`, async () => {
    using time = fakeTime();
    const { server } = start(later);
    const client = new PollingClient(server);
    await client.receive(me);
    await client.receive(me);
    assertEquals((await client.receive(you)).status, 403);
    const second = await soon(time, client.receive(me));
    assertEquals(await second.text(), `c[2010,"Another connection still open"]\n`);
  });

  Deno.test(`a closed session that lingers is not for others, ${how}`, async () => {
    using _time = fakeTime();
    const { server } = start(later);
    server.on("connection", (connection) => connection.close());
    const client = new PollingClient(server);
    await client.receive(me);
    assertEquals((await client.receive(you)).status, 403);
    assertEquals(await (await client.receive(me)).text(), 'c[1000,"Normal closure"]\n');
  });
}

Deno.test("of two that open a session at the same time, the second must have the key of the first", async () => {
  using time = fakeTime();
  const { server } = start(true);
  const client = new PollingClient(server);
  const both = [client.receive(me), client.receive(you)];
  const statuses = await soon(time, Promise.all(both.map(async (each) => (await each).status)));
  assertEquals(statuses, [200, 403]);
});

Deno.test("authorize is called again for a client whose keyless session ends while it waits", async () => {
  using time = fakeTime();
  const { server, calls } = start();
  const client = new PollingClient(server);
  const stream = await server.handle(
    new Request("http://host/echo/a/session/xhr_streaming", { method: "POST" }),
  );
  const second = client.receive({ As: "nobody" });
  await stream.body?.cancel();
  assertEquals((await soon(time, second)).status, 403);
  assertEquals(calls.length, 2);
});

Deno.test("what authorize gives as context is the connection's, a websocket's too", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const context = { user: 1 };
  const { server } = onRuntime(runtime, () => serve({ authorize: () => ({ context }) }));
  const { connection } = await connectSocket(server, runtime);
  assertEquals(connection.context, context);
});

const invalidResults = [undefined, null, "yes", 1, { key: 1 }, {}, [], new Error("no"), {
  user: 1,
}];
for (const result of invalidResults) {
  Deno.test(`a verdict of ${result instanceof Error ? "an error" : JSON.stringify(result)} refuses, and is an error`, async () => {
    using _time = fakeTime();
    const { server, log } = serve({ authorize: () => result as never });
    assertEquals((await new PollingClient(server).receive()).status, 403);
    assertEquals([log.length, log[0]?.includes("authorize must return")], [1, true]);
  });
}

Deno.test("a response is sent, also where a package has put its own class into the global's place", async () => {
  using _time = fakeTime();
  const { Response } = globalThis;
  const { server } = serve({ authorize: () => new Response("No", { status: 401 }) });
  globalThis.Response = class extends Response {};
  try {
    assertEquals((await new PollingClient(server).receive()).status, 401);
  } finally {
    globalThis.Response = Response;
  }
});

const thrown = () => {
  throw new Error("thrown by a getter");
};
const throwing = (name: string, base: object = {}) =>
  Object.defineProperty(base, name, { get: thrown, enumerable: true });

const throwingResults: Record<string, () => unknown> = {
  "a context that is a getter that throws": () => throwing("context"),
  "a key that is a getter that throws": () => throwing("key", { context: 1 }),
  "a proxy that throws at everything": () => new Proxy({}, { get: thrown, has: thrown }),
  "a proxy that throws when its prototype is asked for": () =>
    new Proxy({ key: "me" }, { get: thrown, getPrototypeOf: thrown }),
  "a then that is a getter that throws": () => throwing("then", { key: "me" }),
  "a tag that is a getter that throws": () => throwing(Symbol.toStringTag as never, { key: "me" }),
  "a promise of a context that is a getter that throws": () => Promise.resolve(throwing("context")),
  "a thenable whose then throws": () => ({ then: thrown }),
};

for (const [what, result] of Object.entries(throwingResults)) {
  Deno.test(`${what} opens no session: the status is 500, and error is emitted`, async () => {
    using _time = fakeTime();
    const runtime = new FakeRuntime();
    const { server } = onRuntime(
      runtime,
      () => serve({ authorize: () => result() as AuthorizeResult }),
    );
    const errors = errorsOf(server);
    let connections = 0;
    server.on("connection", () => connections++);
    const client = new PollingClient(server);
    assertEquals((await client.receive()).status, 500);
    assertEquals((await server.handle(handshake("http://host/echo/a/b/websocket"))).status, 500);
    assertEquals(errors.map(String), Array(2).fill("Error: thrown by a getter"));
    assertEquals(connections, 0);
  });
}

Deno.test("a grant is read once: another key and context the next time make no difference", async () => {
  using _time = fakeTime();
  let read = 0;
  const grant = {
    get key() {
      return `key ${read++}`;
    },
    get context() {
      return `context ${read++}`;
    },
  };
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve({ authorize: () => grant }));
  const contexts: unknown[] = [];
  server.on("connection", ({ context }) => contexts.push(context));
  await new PollingClient(server).poll();
  assertEquals([contexts, read], [["context 1"], 2]);
});
