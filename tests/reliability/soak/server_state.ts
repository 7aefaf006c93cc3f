/**
 * Reads what the server's process holds, from the system and from the server itself.
 *
 * @module
 */

import { readBody, readHead } from "./answers.ts";
import type { Counts } from "./service.ts";
import { Wire } from "./wire.ts";

/** One moment of a server. */
export interface Sample {
  /** Since the start of the soak. */
  seconds: number;
  /** Bytes. */
  rss: number;
  /** Open files and sockets; 0 where the system does not report them. */
  descriptors: number;
  connections: number;
  /** How long the server and its driver did nothing, at most, since the last sample; in ms. */
  stalls: { server: number; driver: number };
}

/** Asks the server for its counts; those of `collected` are taken after garbage collection. */
export async function countsOf(port: number, path: "counts" | "collected"): Promise<Counts> {
  const wire = await Wire.open(port);
  try {
    await wire.write(`GET /${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    return JSON.parse(await readBody(wire, await readHead(wire)));
  } finally {
    wire.close();
  }
}

/** Bytes of a process in memory; `undefined` where the system does not report them. */
export async function rssOf(pid: number): Promise<number | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = /^VmRSS:\s*([0-9]+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** How many files and sockets a process has open; 0 where the system does not report them. */
export async function descriptorsOf(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  let count = 0;
  for await (const _ of Deno.readDir(`/proc/${pid}/fd`)) count++;
  return count;
}
