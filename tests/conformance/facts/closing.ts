/** Section 5: what a client receives after `close(code, reason)`. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { TestServer } from "../../support/test_server.ts";
import type { XhrSession } from "../../support/xhr_session.ts";

const goAway = `c[3000,"Go away!"]\n`;
const closed = {
  code: 3000,
  reason: "Go away!",
  wasClean: true,
};

/**
 * Polls without a pause, which must not make the close last any longer, and
 * gives up after some delays: the last frame.
 */
async function pollUntilFree(
  server: TestServer,
  session: XhrSession,
): Promise<string> {
  let over = false;
  const giveUp = server.disconnectDelays(4).then(() => over = true);
  let frame = goAway;
  while (frame === goAway && !over) frame = await session.poll();
  await giveUp;
  return frame;
}

fact(
  "5",
  "every poll gets the same close frame for a while",
  async (server) => {
    const session = await server.xhr("/close").open();
    for (let count = 0; count < 4; count++) {
      assertEquals(await session.poll(), goAway);
    }
    assertEquals(await server.closed(session.id), [closed]);
  },
);

fact("5", "a closed session's id is free in the end", async (server) => {
  const session = await server.xhr("/fleeting_close").open();
  assertEquals(await session.poll(), goAway);
  assertEquals(await pollUntilFree(server, session), "o\n");
  assertEquals((await server.opened(session.id, 2)).length, 2);
  assertEquals((await server.closed(session.id))[0], closed);
}, { waits: true });

fact("5", "the time of a close runs from it, not from a poll", async (server) => {
  const session = await server.xhr("/fleeting_command").open();
  const waiting = await session.pending();
  await session.send(JSON.stringify({ close: [3000, "Go away!"] }));
  assertEquals(await waiting.frame(), goAway);
  assertEquals(await pollUntilFree(server, session), "o\n");
}, { waits: true });

fact(
  "5",
  "a close emits its event even if no client polls",
  async (server) => {
    const session = await server.xhr("/fleeting_command").open();
    await session.send(JSON.stringify({ close: [3000, "Go away!"] }));
    assertEquals(await server.closed(session.id), [closed]);
    await session.open();
  },
  { waits: true },
);

fact("5", "a waiting poll gets the close frame", async (server) => {
  const session = await server.xhr("/command").open();
  const waiting = await session.pending();
  await session.send(JSON.stringify({ close: [3000, "Go away!"] }));
  assertEquals(await waiting.frame(), goAway);
  assertEquals(await server.closed(session.id), [closed]);
  assertEquals(await session.poll(), goAway);
});

fact("5", "written messages are sent before the close frame", async (server) => {
  const command = JSON.stringify({
    write: ["x", "y"],
    close: [3000, "Go away!"],
  });
  const session = await server.xhr("/command").open();
  await session.send(command);
  assertEquals(await session.poll(), `a["x","y"]\n`);
  assertEquals(await session.poll(), goAway);
  assertEquals(await session.poll(), goAway);

  const waiting = await server.xhr("/command").open();
  const poll = await waiting.pending();
  await waiting.send(command);
  assertEquals(await poll.frame(), `a["x","y"]\n`);
  assertEquals(await waiting.poll(), goAway);

  const socket = await server.websocketSession("/command");
  await socket.sendText(JSON.stringify(command));
  assertEquals(await socket.message(), `a["x","y"]`);
  assertEquals(await socket.message(), goAway.trimEnd());
  assertEquals((await socket.closed()).code, 3000);
});

fact("5", "what is written after the close is dropped", async (server) => {
  const session = await server.xhr("/command").open();
  const command = JSON.stringify({ close: [3000, "Go away!"] });
  await session.send(command, JSON.stringify({ write: ["x"] }));
  assertEquals(await session.poll(), goAway);
  assertEquals(await session.poll(), goAway);
});

fact(
  "5",
  "a send to a closing session is accepted and dropped",
  async (server) => {
    const session = await server.xhr("/close").open();
    await session.send("x");
    assertEquals(await session.poll(), goAway);
    await session.send("x");
    assertEquals(await session.poll(), goAway);
  },
);

fact("5", "closing twice is closing once", async (server) => {
  const id = server.newId();
  const socket = await server.websocketSession("/command", id);
  await socket.sendText(JSON.stringify([
    JSON.stringify({ close: [3000, "Go away!"] }),
    JSON.stringify({ close: [3001, "again"] }),
  ]));
  assertEquals(await socket.message(), goAway.trimEnd());
  assertEquals(await socket.closed(), { code: 3000, reason: "Go away!" });
  assertEquals(await server.closed(id), [closed]);
});

for (const path of ["/close/000/ID/websocket", "/close/websocket?id=ID"]) {
  fact("5", `the server's own close emits close at ${path}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocket(path.replace("ID", id));
    if (!path.includes("?")) {
      assertEquals(await socket.message(), "o");
      assertEquals(await socket.message(), goAway.trimEnd());
    }
    assertEquals(await socket.closed(), { code: 3000, reason: "Go away!" });
    assertEquals(await server.closed(id), [closed]);
  });
}

fact("5", "a closed session is not among the connections", async (server) => {
  const before = await server.connections("/fleeting_close");
  const session = await server.xhr("/fleeting_close").open();
  assertEquals(await session.poll(), goAway);
  await server.closed(session.id);
  assertEquals(await server.connections("/fleeting_close"), before);
});

fact("5", "a listener that throws closes its own session", async (server) => {
  const other = await server.xhr("/command").open();
  const thrown = `thrown for ${server.newId()}`;
  const session = await server.xhr("/command").open();
  await session.send(JSON.stringify({ throws: thrown }));
  assertEquals(JSON.parse((await session.poll()).slice(1))[0], 1011);
  const [close, ...others] = await server.closed(session.id);
  assertEquals([close?.code, others], [1011, []]);
  assertEquals((await server.errors("/command")).includes(thrown), true);
  await other.send(JSON.stringify({ write: ["x"] }));
  assertEquals(await other.poll(), `a["x"]\n`);
});

fact("5", "a listener that throws closes its own websocket", async (server) => {
  const id = server.newId();
  const socket = await server.websocketSession("/command", id);
  const command = JSON.stringify({ throws: `thrown for ${id}` });
  await socket.sendText(JSON.stringify(command));
  assertEquals(JSON.parse((await socket.message()).slice(1))[0], 1011);
  assertEquals((await socket.closed()).code, 1011);
  const [close, ...others] = await server.closed(id);
  assertEquals([close?.code, others], [1011, []]);
});

fact(
  "5",
  "a throw on connection comes after the open frame",
  async (server) => {
    const session = await server.xhr("/throws_on_connection").open();
    assertEquals(JSON.parse((await session.poll()).slice(1))[0], 1011);
    const socket = await server.websocketSession("/throws_on_connection");
    assertEquals(JSON.parse((await socket.message()).slice(1))[0], 1011);
    assertEquals((await socket.closed()).code, 1011);
    assertEquals(
      (await server.errors("/throws_on_connection", 2)).slice(0, 2),
      [
        "thrown on connection",
        "thrown on connection",
      ],
    );
  },
);
