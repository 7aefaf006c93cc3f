/**
 * What many claims cost: in the engine, and in the process whose sessions they are for.
 *
 * @module
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ClaimReleases } from "../../../src/carrying/claim_releases.ts";
import { type Holder, holderOf, sessionHash } from "../../../src/carrying/claim_value.ts";
import { OwnClaims } from "../../../src/carrying/own_claims.ts";
import type { Engine } from "../engine.ts";
import { number } from "../numbers.ts";
import { openBus } from "../servers/open_bus.ts";

/** Sessions that open at a time. */
const together = 1000;
const ttl = 60 * 60 * 1000;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

async function inTurn<Item>(items: Item[], run: (item: Item) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += together) {
    await Promise.all(items.slice(at, at + together).map(run));
  }
}

/** Claims so many, renews them as a server does, and releases them. */
export async function measureClaims(engine: Engine, amount: number): Promise<string[]> {
  const bus = await openBus(engine.address);
  await bus.claim("first", "value", ttl);
  const failures = new Map<string, number>();
  const failed = (call: string, error: unknown) => {
    const what = `Cannot ${call}: ${(error as Error).message}`;
    failures.set(what, (failures.get(what) ?? 0) + 1);
  };
  const server = "0123456789abcdef".repeat(2);
  const start = "sj:bench:s:";
  let lastRelease = Promise.resolve();
  const releases = {
    release: (key: string, { value }: Holder) => lastRelease = bus.release(key, value),
    takeNotice: () => Promise.resolve(false),
  } as unknown as ClaimReleases;
  const host = { busFailed: failed } as unknown as ConstructorParameters<typeof OwnClaims>[6];
  const ask = {} as ConstructorParameters<typeof OwnClaims>[4];
  const claims = new OwnClaims(bus, server, start, 6000, ask, releases, host);
  const lines: string[] = [];

  async function step(what: string, run: () => Promise<unknown>): Promise<void> {
    collect();
    const before = [Deno.memoryUsage().heapUsed, await engine.bytes(), await engine.resident()];
    const [keys, engineCpu, from] = [await engine.keys(), await engine.cpu(), performance.now()];
    await run();
    const seconds = (performance.now() - from) / 1000;
    const cpu = await engine.cpu() - engineCpu;
    // What is counted or written now and then.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    collect();
    const after = [Deno.memoryUsage().heapUsed, await engine.bytes(), await engine.resident()];
    const [own, stored, resident] = after.map((bytes, at) => (bytes - before[at]!) / amount);
    lines.push(
      `${amount.toLocaleString("en")} claims ${what}: ${number(seconds)} s, ` +
        `${number(cpu)} s of the engine's CPU time, ${await engine.keys() - keys} keys more; ` +
        `bytes for each: ${number(own!)} here, ${number(stored!)} in the engine ` +
        `(${number(resident!)} resident)`,
    );
  }

  const ids: string[] = [];
  await step("made", () =>
    inTurn(Array.from({ length: amount }, (_, at) => at), async (number) => {
      const id = crypto.randomUUID();
      const holder = holderOf(server, number, false, "0123456789abcdef");
      const hash = sessionHash("/echo", id);
      await bus.claim(start + hash, holder.value, ttl);
      claims.add(id, hash, holder);
      ids.push(id);
    }));
  await step("renewed", () => claims.confirm());
  await step("released", () =>
    inTurn(ids, (id) => {
      claims.freed(id);
      return lastRelease;
    }));
  await bus.close();
  for (const [what, times] of failures) lines.push(`${times} times: ${what}`);
  return lines;
}
