/**
 * The tests of the bus suite about engines that are cut off, or do not answer.
 *
 * @module
 */

import type { Interruption } from "../bus.ts";
import { equal, type Part, settled, unique } from "./suite_context.ts";

const ttl = 600_000;

/** By their names. They need `interrupt`. */
export const interruptions: Record<string, Part> = {
  async "a bus that was cut off says so when it is back, and works as before"(
    { open, inbox, interrupt, until },
  ) {
    const [a, b] = [await open(), await open()];
    const [channel, key, held] = [unique(), unique(), unique()];
    const all = inbox("the listener of the bus that was cut off");
    await a.subscribe(channel, all.listener);
    await a.claim(held, "a", ttl);
    const told: Interruption[] = [];
    a.watch({ back: (interruption) => told.push(interruption) });
    const mend = await interrupt(a);
    // Each of them settles, one way or the other.
    await Promise.all([
      settled<unknown>(a.publish(channel, "lost")),
      settled<unknown>(a.find(key)),
      settled<unknown>(b.publish(channel, "lost")),
    ]);
    await mend();
    await until(
      () => told.some(({ missedMessages }) => missedMessages),
      () => "`back` has not told of missed messages",
    );
    await until(
      async () => {
        await settled(b.publish(channel, "found"));
        return all.got.includes("found");
      },
      () => "a listener gets nothing after the interruption",
    );
    await until(
      async () => await settled(a.claim(key, "a", ttl)) === "a",
      () => "a key cannot be claimed after the interruption",
    );
    equal("the holder that another bus finds", await b.find(key), "a");
    await until(
      async () => told.some(({ lostClaims }) => lostClaims) || await settled(b.find(held)) === "a",
      () => "a claim is gone, and `back` has not told of lost claims",
    );
  },
};

/** By their names. They need `stall`. */
export const stalls: Record<string, Part> = {
  async "no call waits for ever for an engine that does not answer"({ open, stall, until }) {
    const a = await open();
    const key = unique();
    await a.claim(key, "a", ttl);
    const told: Interruption[] = [];
    a.watch({ back: (interruption) => told.push(interruption) });
    const mend = await stall();
    try {
      await Promise.all([
        settled<unknown>(a.publish(key, "payload")),
        settled<unknown>(a.subscribe(key, () => {})),
        settled<unknown>(a.claim(key, "a", ttl)),
        settled<unknown>(a.find(key)),
        settled<unknown>(a.renew([[key, "a"]], ttl)),
        settled<unknown>(a.release(unique(), "a")),
      ]);
    } finally {
      await mend();
    }
    await until(
      async () => told.some(({ lostClaims }) => lostClaims) || await settled(a.find(key)) === "a",
      () => "a claim is gone, and `back` has not told of lost claims",
    );
    await until(
      async () => await settled(a.claim(key, "a", ttl)) === "a",
      () => "a key cannot be claimed after the engine answers again",
    );
  },

  async "closing a bus ends the calls that wait for an answer"({ open, stall }) {
    const a = await open();
    const key = unique();
    await a.claim(key, "a", ttl);
    const mend = await stall();
    try {
      const calls = Promise.all([
        settled<unknown>(a.claim(key, "a", ttl)),
        settled<unknown>(a.find(key)),
      ]);
      await a.close();
      await calls;
    } finally {
      await mend();
    }
  },
};
