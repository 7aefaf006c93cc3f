/** Tests of what the log tells of clients, on each runtime. */

import { assertEquals, assertMatch } from "@std/assert";

import { type HostName, presentHosts, startServer } from "../support/hosts.ts";
import { refusals } from "../../src/session/refusals.ts";
import { handshake, opcodes, type RawFrame } from "../support/raw_websocket.ts";
import { TestServer } from "../support/test_server.ts";

const hosts: readonly HostName[] = [
  ...["deno", "bun", "node20", "node22", "node24"] as const,
  ...["deno-node", "bun-node"] as const,
];
const program = new URL("./logging.ts", import.meta.url);

for (const host of hosts) {
  Deno.test({
    name: `${host}: the log tells of each refusal once, with its reason, and of each connection`,
    ignore: !presentHosts.has(host),
    async fn() {
      await using process = await startServer(host, program);
      using server = new TestServer(host, process);
      const statusOf = async (path: string, headers: Record<string, string>) =>
        (await server.get(path, headers)).status;

      // Each twice: the second is only counted.
      for (let i = 0; i < 2; i++) {
        const { Upgrade: _, ...broken } = handshake;
        assertEquals(await statusOf("/echo/000/secret/websocket", broken), 400);
        const foreign = { ...handshake, Origin: 'https://evil"\x9b31m' };
        assertEquals(await statusOf("/echo/000/secret/websocket", foreign), 403);
        assertEquals((await server.post("/echo/000/secret/xhr_send", '["x"]')).status, 404);
        assertEquals(await statusOf("/echo/000/secret/nothing?secret", {}), 404);
        const long = await server.websocketSession("/echo");
        await long.sendText(JSON.stringify("x".repeat(2000)));
        assertEquals((await long.closed()).code, 1009);
      }
      const session = server.xhr("/echo");
      assertEquals((await server.post(`${session.base}/xhr`)).body, "o\n");

      const lines: string[] = JSON.parse((await server.get("/lines")).body);
      const refused = lines.filter((line) => line.startsWith("info Refused"));
      assertEquals(refused.map((line) => line.split(":")[0]).sort(), [
        "info Refused with 1009",
        "info Refused with 400 or 426",
        "info Refused with 403",
        "info Refused with 404",
        "info Refused with 404",
      ]);
      const opened = lines.filter((line) => line.startsWith("debug Opened"));
      const closed = lines.filter((line) => line.startsWith("debug Closed"));
      assertEquals(opened.map((line) => line.split(" ").at(-1)), [
        "websocket",
        "websocket",
        "xhr-polling",
      ]);
      assertEquals(closed.length, 2);
      assertMatch(closed[0]!, /over websocket, not cleanly: 1009 "Message too big"$/);
      for (const line of lines) {
        assertMatch(line, /^[\x20-\x7e]*$/);
        assertEquals(line.includes("secret"), false, line);
        assertEquals(line.includes(session.id), false, line);
      }
      assertEquals((await process.stop()).stderr, "");
    },
  });
}

/** What makes a runtime end a websocket, with the code that its client gets, and the reason. */
type Ending = [frames: readonly RawFrame[], code: number, reason: string];

/** More parts than `ws` accepts of one message, where messages have at most 1000 bytes. */
const manyParts: Ending = [
  [
    { opcode: opcodes.text, fin: false },
    ...new Array<RawFrame>(1100).fill({ opcode: opcodes.continuation, fin: false }),
  ],
  1008,
  "Too many message fragments",
];
const unknownOpcode: readonly RawFrame[] = [{ opcode: 3 }];
const ofBun: Partial<Record<HostName, Ending>> = {
  "bun": [unknownOpcode, 1002, "Received invalid opcode"],
  "bun-node": [unknownOpcode, 1002, "Invalid WebSocket frame: invalid opcode 3"],
};

for (const host of hosts) {
  // `Deno.serve` does not tell such an end from that of a client that left.
  if (host === "deno") continue;
  const [frames, code, reason] = ofBun[host] ?? manyParts;
  Deno.test({
    name: `${host}: the log tells of a websocket that the runtime itself ends`,
    ignore: !presentHosts.has(host),
    async fn() {
      await using process = await startServer(host, program);
      using server = new TestServer(host, process);
      const websocket = await server.websocketSession("/echo");
      await websocket.send(...frames);
      assertEquals((await websocket.closed()).code, code);
      const lines: string[] = JSON.parse((await server.get("/lines")).body);
      assertEquals(lines.filter((line) => line.startsWith("info")), [
        `info Refused with ${refusals.runtime}: "${reason}"`,
      ]);
      assertEquals((await process.stop()).stderr, "");
    },
  });
}
