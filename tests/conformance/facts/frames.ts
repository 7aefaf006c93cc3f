/** Section 4: frames and their escaping, over xhr-polling and websocket. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import {
  asciiJson,
  closeFrame,
  everyCodeUnit,
  messageFrame,
} from "../../support/reference_frame.ts";
import type { TestServer } from "../../support/test_server.ts";

/** A session as these facts need it, whatever carries it. */
interface Carrier {
  send(payload: string): Promise<void>;
  frame(): Promise<string>;
}

const carriers: Record<
  string,
  (server: TestServer, service: string) => Promise<Carrier>
> = {
  "xhr": async (server, service) => {
    const session = await server.xhr(service).open();
    return {
      send: async (payload) => {
        assertEquals((await session.sendRaw(payload)).status, 204);
      },
      frame: async () => (await session.poll()).replace(/\n$/, ""),
    };
  },
  "websocket": async (server, service) => {
    const socket = await server.websocketSession(service);
    return {
      send: (payload) => socket.sendText(payload),
      frame: () => socket.message(),
    };
  },
};

const messages: Record<string, string> = {
  "an empty message": "",
  "quotes and backslashes": `"\\/'`,
  "what JSON writes short": "\b\t\n\f\r",
  "a character of two code units": "\u{1f600}",
  "a lone surrogate": "\ud800x\udc00",
  "surrogates in the wrong order": "\udc00\ud800",
  "line and paragraph separators": "\u2028\u2029",
  "NUL": "\u0000",
  "DEL and what follows": "\u007f\u0080\u009f\u00ad",
  "what looks like a frame": `a["x"]\nc[3000,"Go away!"]\n`,
  "what looks like an escape": "\\u0000\\ud800%41&#65;",
  "what looks like markup": "</script><!--",
  "a byte order mark": "\ufeffx\ufeff",
  "a long message": "\u00e9".repeat(70_000),
};

for (const [carrier, open] of Object.entries(carriers)) {
  for (const [name, message] of Object.entries(messages)) {
    fact("4", `${carrier}: ${name} comes back`, async (server) => {
      const session = await open(server, "/echo");
      await session.send(JSON.stringify([message]));
      const frame = await session.frame();
      assertEquals(JSON.parse(frame.slice(1)), [message]);
      assertEquals(frame, messageFrame(message));
    });
  }

  fact("4", `${carrier}: every code unit comes back`, async (server) => {
    const session = await open(server, "/echo");
    for (const message of everyCodeUnit()) {
      await session.send(asciiJson([message]));
      const frame = await session.frame();
      assertEquals(JSON.parse(frame.slice(1)), [message]);
      assertEquals(frame, messageFrame(message));
    }
  });

  fact("4", `${carrier}: characters need no escape`, async (server) => {
    const session = await open(server, "/echo");
    // JSON allows all of these as they are; lone surrogates have no UTF-8.
    const message = everyCodeUnit().join("").replace(/[\ud800-\udfff]/g, "");
    const json = JSON.stringify([message]);
    await session.send(json);
    assertEquals(await session.frame(), messageFrame(message));
  });

  fact(
    "4",
    `${carrier}: white space around JSON is no matter`,
    async (server) => {
      const session = await open(server, "/echo");
      await session.send(` [\t"x"\r\n,\n"y" ] `);
      const frame = await session.frame();
      assertEquals(JSON.parse(frame.slice(1))[0], "x");
    },
  );

  fact("4", `${carrier}: [] is valid and means nothing`, async (server) => {
    const session = await open(server, "/echo");
    await session.send("[]");
    await session.send(`["x"]`);
    assertEquals(await session.frame(), `a["x"]`);
  });

  fact("4", `${carrier}: messages keep their order`, async (server) => {
    const session = await open(server, "/echo");
    const sent = Array.from({ length: 300 }, (_, index) => `${index}`);
    await session.send(JSON.stringify(sent.slice(0, 100)));
    await session.send(JSON.stringify(sent.slice(100)));
    const got: string[] = [];
    while (got.length < sent.length) {
      const frame = await session.frame();
      assertEquals(frame[0], "a");
      got.push(...JSON.parse(frame.slice(1)));
    }
    assertEquals(got, sent);
  });

  fact("4", `${carrier}: a close frame has two elements`, async (server) => {
    for (
      const [close, frame] of [
        [[], closeFrame(1000, "Normal closure")],
        [[3001, "Enough"], closeFrame(3001, "Enough")],
        [[3001, ""], closeFrame(3001, "")],
      ] as const
    ) {
      const session = await open(server, "/command");
      await session.send(JSON.stringify([JSON.stringify({ close })]));
      assertEquals(await session.frame(), frame);
    }
  });

  fact("4", `${carrier}: the reason is escaped alike`, async (server) => {
    const session = await open(server, "/command");
    const reason = everyCodeUnit().join("");
    const command = JSON.stringify({ close: [3001, reason] });
    await session.send(asciiJson([command]));
    assertEquals(await session.frame(), closeFrame(3001, reason));
  });
}

fact("4", "websocket: a JSON string is one message", async (server) => {
  const socket = await server.websocketSession("/echo");
  await socket.sendText(`"x"`);
  assertEquals(await socket.message(), `a["x"]`);
  await socket.sendText(`""`);
  assertEquals(await socket.message(), `a[""]`);
});

fact("4", "websocket: an empty frame means nothing", async (server) => {
  const socket = await server.websocketSession("/echo");
  await socket.sendText("", "", `"x"`);
  assertEquals(await socket.message(), `a["x"]`);
});

fact("4", "xhr: a send is checked whole", async (server) => {
  const session = await server.xhr("/echo").open();
  for (const wrong of [`["a",1]`, `["a",null]`, `["a",["b"]]`, `["a"`]) {
    assertEquals((await session.sendRaw(wrong)).status, 500);
  }
  await session.send("x");
  assertEquals(await session.poll(), `a["x"]\n`);
});

fact("4", "websocket: a send is checked whole", async (server) => {
  for (const wrong of [`["a",1]`, `["a",null]`, `["a",["b"]]`, `["a"`]) {
    const socket = await server.websocketSession("/echo");
    await socket.sendText(wrong);
    assertEquals(await socket.closed(), {
      code: 3000,
      reason: "Broken framing.",
    });
  }
});
