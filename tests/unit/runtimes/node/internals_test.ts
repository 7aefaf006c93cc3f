import { EventEmitter } from "node:events";
import { assertEquals, assertMatch } from "@std/assert";
import {
  afterEndedResponse,
  changeHeader,
  hasUnfinishedResponse,
  isQueued,
  passAs,
  putBack,
  replaceHeaders,
  replaceMethod,
  takeOverChunks,
} from "../../../../src/runtimes/node/internals.ts";
import { exchange, FakeIncoming, FakeResponse, FakeSocket } from "./fake_messages.ts";

const root = new URL("../../../../", import.meta.url);

/** All files of `src/`, from there. */
function sourceFiles(folder = "src/"): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? sourceFiles(`${folder}${name}/`)
      : name.endsWith(".ts")
      ? [`${folder}${name}`]
      : []
  );
}

function codeOf(file: string): string {
  const source = Deno.readTextFileSync(new URL(file, root));
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

const places = ["src/runtimes/node/internals.ts", "src/runtimes/node/ws_internals.ts"];

/** Uses of what is inside others' objects. */
const touches = [
  /(?:[.{]\s*|\breadonly |["'`])(_[a-z]\w*)/g,
  /\b(chunkedEncoding|setPrototypeOf|getPrototypeOf|dataMessage|[Ss]ocket\??\.unshift)\b/g,
  /(\bServerResponse\.prototype|emit\("(?:connection|secureConnection)")/g,
];

/** Those that have a place of their own. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  // The types of both.
  "src/runtimes/node/types.ts": ["_httpMessage", "chunkedEncoding"],
  // Node's mark of its standard streams, which pipes do not end. Its room may not import runtimes.
  "src/connection/pipes.ts": ["_isStdio"],
  // Our own, under the name that programs know from sockjs-node.
  "src/adapters/sockjs_node/old_internals/old_transport.ts": ["_session"],
};

Deno.test("no other file touches the internals of Node, ws and emitters", () => {
  const found: Record<string, string[]> = {};
  for (const file of sourceFiles()) {
    if (places.includes(file)) continue;
    const code = codeOf(file);
    const here = touches.flatMap((touch) => [...code.matchAll(touch)].map(([, what]) => what!));
    const unlisted = here.filter((what) => !elsewhere[file]?.includes(what));
    if (unlisted.length > 0) found[file] = unlisted;
  }
  assertEquals(found, {});
});

for (const place of places) {
  Deno.test(`each item of ${place} says why it is used, and names a test or a probe that exists`, () => {
    const source = Deno.readTextFileSync(new URL(place, root));
    const probes = Deno.readTextFileSync(new URL("tests/runtimes/node_http_test.ts", root));
    const documented = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport function (\w+)/g);
    const names: string[] = [];
    for (const [, text = "", name = ""] of documented) {
      names.push(name);
      assertMatch(text, /- Why: /, name);
      const [, watchers = ""] = /- Watched by ([\s\S]*?)\.\n/.exec(text) ?? [];
      const probe = /^the probe `(\w+)`$/.exec(watchers)?.[1];
      if (probe !== undefined) assertMatch(probes, new RegExp(`^  ${probe}: `, "m"), name);
      else {
        const [, test = ""] = /^`(tests\/[\w/.]+)`/.exec(watchers) ?? [];
        assertEquals(Deno.statSync(new URL(test, root)).isFile, true, name);
      }
    }
    assertEquals(names.length, source.match(/^export function /gm)?.length);
  });
}

Deno.test("a response before an upgrade is unfinished as long as it has the socket", () => {
  const socket = new FakeSocket();
  assertEquals([hasUnfinishedResponse(socket), hasUnfinishedResponse(null)], [false, false]);
  socket._httpMessage = new FakeResponse(socket);
  assertEquals(hasUnfinishedResponse(socket), true);
});

Deno.test("what waits for ended responses goes on when the last of them has finished", () => {
  const socket = new FakeSocket();
  let calls = 0;
  const wait = () => afterEndedResponse(socket, () => calls++);
  wait();
  assertEquals(calls, 1);
  const [first, second] = [new FakeResponse(socket), new FakeResponse(null)];
  socket._httpMessage = first;
  wait();
  assertEquals(calls, 2, "a response that has not ended is not waited for");
  for (const response of [first, second]) response.end();
  wait();
  socket._httpMessage = second;
  first.leave();
  assertEquals(calls, 2);
  socket._httpMessage = null;
  second.leave();
  assertEquals(calls, 3);
});

Deno.test("what waits for an ended response keeps the timeout of its connection", () => {
  const [socket, response] = [new FakeSocket(), new FakeResponse()];
  socket.timeout = 1000;
  socket._httpMessage = response;
  response.end();
  // As Node does it when a connection becomes idle.
  response.on("finish", () => {
    socket._httpMessage = null;
    socket.setTimeout(5000);
  });
  afterEndedResponse(socket, () => {});
  response.leave();
  assertEquals(socket.timeout, 1000);
});

Deno.test("a response is queued as long as it has no socket, unless it has finished or is HTTP/2", () => {
  const queued = new FakeResponse(null);
  const finished = Object.assign(new FakeResponse(null), { writableFinished: true });
  const stream = { destroyed: false, destroy() {} };
  const http2 = Object.assign(new FakeResponse(null), { stream });
  const all = [queued, finished, http2, new FakeResponse()];
  assertEquals(all.map(isQueued), [true, false, false, false]);
});

Deno.test("a socket is put back with its bytes, as one with TLS where there is a listener for those", () => {
  for (const [encrypted, hasListener] of [[false, true], [true, true], [true, false]] as const) {
    const socket = Object.assign(new FakeSocket(), { encrypted });
    const events: string[] = [];
    const emit = (event: string) => {
      events.push(`${event} ${socket.putBack}`);
      return hasListener;
    };
    putBack({ emit }, socket, new TextEncoder().encode("a"));
    const tls = encrypted ? ["secureConnection a"] : [];
    assertEquals(events, encrypted && hasListener ? tls : [...tls, "connection a"]);
  }
});

Deno.test("a header is changed, or taken away", () => {
  const req = new FakeIncoming({ fields: ["upgrade", "h2c", "x-a", "1"] });
  changeHeader(req, "upgrade", "websocket");
  changeHeader(req, "x-a", undefined);
  assertEquals(req.headers, { upgrade: "websocket" });
});

Deno.test("where node:http is not Node's own, its objects are left as they are", () => {
  const { req, res } = exchange({ fields: ["x-a", "1"] });
  replaceHeaders(req, {});
  const chunked = Object.assign(res, { chunkedEncoding: true });
  assertEquals([req.headers, takeOverChunks(chunked), chunked.chunkedEncoding], [
    { "x-a": "1" },
    false,
    true,
  ]);
});

Deno.test("an instance of a class that passes as another is one of that other, too", () => {
  class Ours {}
  class Webs {}
  passAs(Ours, Webs);
  assertEquals(new Ours() instanceof Webs, true);
});

Deno.test("a replaced method is put back, unless others have replaced it since", () => {
  const emitter = new EventEmitter();
  const ours = () => {};
  const restore = replaceMethod(emitter, "on", ours);
  assertEquals(emitter.on as unknown, ours);
  restore();
  assertEquals([Object.hasOwn(emitter, "on"), emitter.on], [false, EventEmitter.prototype.on]);
  const again = replaceMethod(emitter, "on", ours);
  const theirs = () => emitter;
  emitter.on = theirs;
  again();
  assertEquals(emitter.on as unknown, theirs);
});
