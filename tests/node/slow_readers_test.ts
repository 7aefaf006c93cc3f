/** Tests of writing into sockets whose clients read slowly. */

import { assert, assertEquals } from "@std/assert";
import { handshake } from "../support/raw_websocket.ts";
import { Http2Client } from "./http2_client.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";

const slowReaders = new Programs("slow_readers.ts");

const total = 48 * 1024 * 1024;
/** Default high-water mark, a message, and what frames add. */
const mostBuffered = 130 * 1024;

interface Progress {
  written: number;
  falses: number;
  drains: number;
  buffered: number;
}

const paths = [
  "/fast/0/1/xhr_streaming",
  "/fast/0/3/websocket",
  "/fast/websocket",
];

/** Sends a request, and reads nothing. */
async function begin(it: Program, path: string): Promise<Deno.Conn> {
  const conn = it.closing(
    await Deno.connect({ hostname: "127.0.0.1", port: await it.port("http") }),
  );
  const method = path.includes("xhr") ? "POST" : "GET";
  const headers = path.endsWith("websocket") ? handshake : { "Content-Length": "0" };
  const lines = Object.entries({ Host: "x", ...headers }).map(([name, value]) =>
    `${name}: ${value}\r\n`
  );
  const bytes = new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  assertEquals(await conn.write(bytes), bytes.length);
  return conn;
}

const letter = "x".charCodeAt(0);

/** Counts what messages are made of, up to the last. */
async function readAll(read: () => Promise<Uint8Array | undefined>): Promise<number> {
  let count = 0;
  let tail = "";
  while (!tail.includes("the end")) {
    const bytes = await read();
    if (bytes === undefined) throw new Error(`It ended after ${count}`);
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === letter) count++;
    tail = (tail + String.fromCharCode(...bytes.subarray(-100))).slice(-100);
  }
  return count;
}

/** Writing has stopped, because the client does not read. */
async function isStuck(it: Program, path: string): Promise<void> {
  const { written, falses, drains, buffered } = await it.ask<Progress>("stuck", path);
  assert(written < total / 2, `${written} bytes were written`);
  assert(buffered < mostBuffered, `${buffered} bytes were buffered`);
  assertEquals(falses, drains + 1);
}

async function isDone(it: Program, path: string): Promise<void> {
  const { written, falses, drains, buffered } = await it.ask<Progress>("progress", path);
  assertEquals([written, drains], [total, falses]);
  assert(buffered < mostBuffered, `${buffered} bytes were buffered`);
}

for (const path of paths) {
  slowReaders.test(`${path}: writing waits for a slow reader, and then continues`, async (it) => {
    const conn = await begin(it, path);
    await isStuck(it, path);
    const buffer = new Uint8Array(256 * 1024);
    const count = await readAll(async () => {
      const length = await conn.read(buffer);
      return length === null ? undefined : buffer.subarray(0, length);
    });
    // Other letters of that kind are in the response's head.
    assert(count >= total && count < total + 20, `${count} were read`);
    await isDone(it, path);
  });
}

slowReaders.test("HTTP/2: writing waits for a slow reader, and then continues", async (it) => {
  const path = "/fast/0/4/xhr_streaming";
  const client = it.closing(new Http2Client(await it.port("http2")));
  const { body } = await client.post(path);
  await isStuck(it, path);
  const reader = body!.getReader();
  assertEquals(await readAll(async () => (await reader.read()).value), total);
  await isDone(it, path);
}, { deno: "its HTTP/2 library ends the process when clients leave early" });
