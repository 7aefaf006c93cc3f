/**
 * The tests of the bus suite about claims.
 *
 * @module
 */

import { equal, type Part, similarNames, unique } from "./suite_context.ts";

/** Milliseconds for a claim that has to end. */
const shortTtl = 300;
const longTtl = 600_000;

/** By their names. */
export const claims: Record<string, Part> = {
  async "of fifty that claim a key at once, one gets it, and all learn which"({ open }) {
    const buses = [await open(), await open(), await open(), await open(), await open()];
    for (let round = 0; round < 5; round++) {
      const key = unique();
      const racers = Array.from({ length: 50 }, (_, at) => `racer ${at}`);
      const holders = await Promise.all(
        racers.map((racer, at) => buses[at % buses.length]!.claim(key, racer, longTtl)),
      );
      const [holder] = holders;
      equal("the holders that fifty claims gave", [...new Set(holders)], [holder]);
      equal("whether the holder is a racer", racers.includes(holder!), true);
      equal("the holder afterwards", await buses[round]!.find(key), holder);
    }
  },

  async "a claim ends only by the value that holds it"({ open }) {
    const [a, b] = [await open(), await open()];
    const key = unique();
    equal("the holder before any claim", await a.find(key), undefined);
    equal("the holder after the first claim", await a.claim(key, "a", longTtl), "a");
    equal("the holder after the same claim again", await a.claim(key, "a", longTtl), "a");
    equal("the holder after a claim of another", await b.claim(key, "b", longTtl), "a");
    await b.release(key, "b");
    equal("the holder after another value was released", await b.find(key), "a");
    await b.release(key, "a");
    equal("the holder after its release", await a.find(key), undefined);
    equal("the holder after a new claim", await b.claim(key, "b", longTtl), "b");
    await a.release(key, "a");
    await a.release(unique(), "a");
    equal("the holder after a late release of the former one", await a.find(key), "b");
  },

  async "a claim that is not renewed ends, and only its holder renews it"({ open, until }) {
    const [a, b] = [await open(), await open()];
    const [ends, stays, missing] = [unique(), unique(), unique()];
    await a.claim(ends, "a", longTtl);
    equal("a renewal of what another holds", await b.renew([[ends, "b"]], longTtl), [false]);
    equal("a renewal for a shorter time", await a.renew([[ends, "a"]], shortTtl), [true]);
    let ttl = shortTtl;
    let renewed: boolean[];
    for (;; ttl *= 2) {
      const begun = performance.now();
      await a.claim(stays, "a", ttl);
      renewed = await a.renew([[stays, "a"], [missing, "a"]], longTtl);
      // On a busy machine, it may have ended before it was renewed.
      if (renewed[0] === true || performance.now() - begun < ttl) break;
    }
    equal("renewals of an own key, and of one that is free", renewed, [true, false]);
    equal("the holder of the free key after its renewal", await a.find(missing), undefined);
    equal("a renewal of no keys", await a.renew([], longTtl), []);
    // It ends later than the renewed one would without the renewal. The second claim is none.
    let last = unique();
    for (;; last = unique(), ttl *= 2) {
      const begun = performance.now();
      await a.claim(last, "a", ttl);
      await a.claim(last, "a", longTtl);
      if (performance.now() - begun < ttl) break;
    }
    for (const key of [ends, last]) {
      await until(
        async () => await b.find(key) === undefined,
        () => "a claim for a short time has not ended",
      );
    }
    equal("the holder of the renewed key", await b.find(stays), "a");
    equal("a claim of a key whose claim has ended", await b.claim(ends, "b", longTtl), "b");
  },

  async "many keys are renewed at once, each for itself"({ open }) {
    const [a, b] = [await open(), await open()];
    const keys = Array.from({ length: 200 }, () => unique());
    await Promise.all(keys.map((key, at) => a.claim(key, `holder ${at % 3}`, longTtl)));
    const renewals = keys.map((key, at) => [key, `holder ${Math.max(1, at % 3)}`] as const);
    const renewed = await b.renew(renewals, longTtl);
    equal("the renewals of 200 keys", renewed, keys.map((_, at) => at % 3 !== 0));
  },

  async "keys and values of any characters are kept apart"({ open }) {
    const [a, b] = [await open(), await open()];
    const keys = similarNames();
    for (const key of keys) {
      const value = `holder of ${key}`;
      equal(`the holder of ${JSON.stringify(key)}`, await a.claim(key, value, longTtl), value);
    }
    for (const key of keys) {
      equal(`the holder of ${JSON.stringify(key)}`, await b.find(key), `holder of ${key}`);
    }
  },
};
