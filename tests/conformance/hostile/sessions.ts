/** Sessions of other clients, very many sessions, and sessions that are closed. */

import { assert, assertEquals } from "@std/assert";
import type { TestServer } from "../../support/test_server.ts";
import { attack } from "../../support/attack.ts";
import { floodOf, inParallel } from "../../support/crowd.ts";

const still = `c[2010,"Another connection still open"]`;

/** Tries to listen to, and to speak for, a session of another service. */
async function isOutOfReach(server: TestServer, mine: string, theirs: string): Promise<void> {
  const session = await server.xhr(theirs).open();
  const waiting = await session.pending();
  const spy = server.xhr(mine, session.id);
  assertEquals((await spy.sendRaw(`["evil"]`)).status, 404);
  assertEquals((await server.post(`${spy.base}/jsonp_send`, `["evil"]`)).status, 404);
  await spy.open();
  await spy.send("mine");
  assertEquals(await spy.poll(), `a["mine"]\n`);
  await session.send("theirs");
  assertEquals(await waiting.frame(), `a["theirs"]\n`);
}

const neighbours: readonly [mine: string, theirs: string][] = [
  ["/echo", "/cookie_needed_echo"],
  ["/echo", "/a/b/echo"],
  ["/a/b/echo", "/echo"],
  ["/first", "/second"],
  ["/numbered-1", "/numbered-2"],
  ["/numbered-1", "/numbered-11"],
];

for (const [mine, theirs] of neighbours) {
  attack("5", `a guessed id of ${theirs} is worth nothing under ${mine}`, async (server) => {
    await isOutOfReach(server, mine, theirs);
  });
}

attack("5", "a flood of second receivers gets 2010, and the first its message", async (server) => {
  const session = await server.xhr("/echo").open();
  const first = await session.pending();
  const transports = [
    ["POST", "xhr"],
    ["POST", "xhr_streaming"],
    ["GET", "eventsource"],
    ["GET", "htmlfile?c=x"],
    ["GET", "jsonp?c=x"],
  ] as const;
  await inParallel(floodOf(300, server.host), async (at) => {
    const [method, path] = transports[at % transports.length] ?? transports[0];
    const { status, body } = await server.request({ method, path: `${session.base}/${path}` });
    assertEquals(status, 200);
    assert(body.replaceAll("\\", "").includes(still), `${path}: ${body}`);
  });
  await session.send("x");
  assertEquals(await first.frame(), `a["x"]\n`);
});

attack("5", "receivers that all come at once make one session", async (server) => {
  // Its heartbeats end the polls that wait.
  const session = server.xhr("/heartbeat");
  const frames: string[] = [];
  await inParallel(20, async () => {
    frames.push(await session.poll());
  });
  assertEquals(frames.filter((frame) => frame === "o\n").length, 1);
  assertEquals(frames.filter((frame) => !["o\n", "h\n", `${still}\n`].includes(frame)), []);
  assertEquals((await server.opened(session.id)).length, 1);
});

attack("5", "sessions that nobody uses are closed one by one", async (server) => {
  const ids = Array.from({ length: floodOf(500, server.host) }, () => server.newId());
  await inParallel(ids.length, async (at) => {
    await server.xhr("/fleeting", ids[at]).open();
  });
  await inParallel(ids.length, async (at) => {
    const codes = (await server.closed(ids[at] ?? "")).map(({ code }) => code);
    assertEquals(codes, [1006]);
  });
  assertEquals(await server.connections("/fleeting"), 0);
});

for (const send of ["xhr_send", "jsonp_send"]) {
  attack("5", `${send} to a closing session is taken, to one that is gone 404`, async (server) => {
    const session = await server.xhr("/fleeting_command").open();
    const path = `${session.base}/${send}`;
    const accepted = send === "xhr_send" ? 204 : 200;
    const command = JSON.stringify([JSON.stringify({ close: [3000, "enough"] })]);
    assertEquals((await server.post(path, command)).status, accepted);
    for (let count = 0; count < 3; count++) {
      // If the application got this message, it would be reported as an error.
      assertEquals((await server.post(path, `["no command"]`)).status, accepted);
      assertEquals(await session.poll(), `c[3000,"enough"]\n`);
    }
    await server.disconnectDelays(2);
    assertEquals((await server.post(path, `["x"]`)).status, 404);
    assertEquals((await server.closed(session.id)).length, 1);
  }, { waits: true });
}

for (const send of ["xhr_send", "jsonp_send"]) {
  attack("5", `${send} to a closed session is taken before its body has come`, async (server) => {
    const session = await server.xhr("/command").open();
    const command = JSON.stringify([JSON.stringify({ close: [3000, "enough"] })]);
    assertEquals((await server.post(`${session.base}/xhr_send`, command)).status, 204);
    assertEquals(await session.poll(), `c[3000,"enough"]\n`);
    const early = await server.connect();
    const headers = { "Content-Length": "1000000" };
    await early.send({ method: "POST", path: `${session.base}/${send}`, headers });
    await early.write("x".repeat(1000));
    assertEquals((await early.response("POST")).status, send === "xhr_send" ? 204 : 200);
  }, { carried: "a server that carries a send reads its body first" });
}

attack("5", "a send that ends after its session is 404, not another's message", async (server) => {
  const session = await server.xhr("/fleeting").open();
  const late = await server.connect();
  const body = `["late"]`;
  const headers = { "Content-Length": `${body.length}` };
  await late.send({ method: "POST", path: `${session.base}/xhr_send`, headers });
  await late.write(body.slice(0, 3));
  await server.closed(session.id);
  await session.open();
  await late.write(body.slice(3));
  assertEquals((await late.response("POST")).status, 404);
  await session.send("x");
  assertEquals(await session.poll(), `a["x"]\n`);
}, { waits: true });
