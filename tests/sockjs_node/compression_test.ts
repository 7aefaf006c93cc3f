/** Tests of `faye_server_options` on the wire. */

import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { constants, deflateRawSync } from "node:zlib";
import { PackageSite } from "./both_packages.ts";

const permessageDeflate = { name: "permessage-deflate", configure: () => permessageDeflate };

/** A raw websocket, and what comes on it. */
async function open(site: PackageSite, header: string): Promise<{ socket: Socket; head: string }> {
  const { hostname, port } = new URL(await site.url("/"));
  const socket = connect(Number(port), hostname);
  const head = ["GET /echo/websocket HTTP/1.1", "Host: a", "Connection: Upgrade"]
    .concat("Upgrade: websocket", "Sec-WebSocket-Version: 13")
    .concat("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", header, "", "").join("\r\n");
  socket.write(head);
  const [response] = await once(socket, "data");
  return { socket, head: response.toString("latin1") };
}

/** A whole message, compressed, masked with zeros. */
function compressed(text: Uint8Array): Uint8Array {
  const deflated = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const head = Buffer.alloc(14);
  head[0] = 0xc1;
  head[1] = 0xff;
  head.writeUInt32BE(deflated.length, 6);
  return Buffer.concat([head, deflated]);
}

const offer = "Sec-WebSocket-Extensions: permessage-deflate";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

test("with the extension permessage-deflate, messages are compressed for clients that offer it", async () => {
  await using site = new PackageSite("ours");
  const text = "the same text. ".repeat(1000);
  site.serve(
    { faye_server_options: { extensions: [permessageDeflate] } },
    (connection) => connection.on("data", () => connection.write(text)),
  );
  const { socket, head } = await open(site, offer);
  assertEquals(/^sec-websocket-extensions: (.*)\r$/im.exec(head)?.[1], "permessage-deflate");
  socket.write(compressed(new TextEncoder().encode("go")));
  const [frame] = await once(socket, "data");
  // The bits for a final and a compressed text.
  assertEquals([frame[0], frame.length < 300], [0xc1, true]);
  socket.destroy();
});

test("without the extension, and for clients that do not offer it, nothing is compressed", async () => {
  for (const extensions of [[], [permessageDeflate]]) {
    await using site = new PackageSite("ours");
    site.serve({ faye_server_options: { extensions } });
    const { socket, head } = await open(site, extensions.length === 0 ? offer : "X-Other: a");
    assertEquals(/^sec-websocket-extensions/im.test(head), false);
    socket.destroy();
  }
});

test("a short message that decompresses to a long one closes the websocket with 1009", async () => {
  await using site = new PackageSite("ours");
  const received: unknown[] = [];
  site.serve(
    { faye_server_options: { extensions: [permessageDeflate] } },
    (connection) => connection.on("data", (message) => received.push(message)),
  );
  const { socket } = await open(site, offer);
  socket.write(compressed(new Uint8Array(64 * 1024 * 1024)));
  const [frame] = await once(socket, "data");
  assertEquals([frame[0], frame.readUInt16BE(2), received], [0x88, 1009, []]);
  socket.destroy();
});

test("maxLength limits websocket messages, and no sends", async () => {
  await using site = new PackageSite("ours");
  site.serve({ faye_server_options: { maxLength: 100 } });
  const socket = await site.websocket("/echo/websocket");
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  socket.send("x".repeat(101));
  assertEquals((await closed).code, 1009);
  await site.post("xhr");
  assertEquals(await site.post("xhr_send", JSON.stringify(["x".repeat(1000)])), "204 ");
});
