import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Bus, BusListener } from "../../../src/cluster/bus.ts";
import { busSuite, type BusSuiteOptions } from "../../../src/cluster/bus_suite.ts";
import { FaultyEngine } from "../../support/faulty_bus.ts";
import { type MemoryBus, MemoryEngine } from "../../support/memory_bus.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

/** What a faulty bus does in place of a sound one. */
type Fault = (bus: MemoryBus, engine: MemoryEngine) => Partial<Bus>;

const later = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));
const never = () => new Promise<never>(() => {});
const afterClose = (bus: MemoryBus) => ({ close: () => (bus.watchers.clear(), Promise.resolve()) });

/** The options of the suite for buses with a fault, if there is one. */
function suiteOptions(fault?: Fault): BusSuiteOptions {
  const engine = new MemoryEngine();
  const sound = new WeakMap<Bus, MemoryBus>();
  return {
    timeout: 1000,
    open() {
      const bus = engine.open();
      const faulty: Bus = {
        maxPayload: bus.maxPayload,
        publish: (channel, payload) => bus.publish(channel, payload),
        subscribe: (channel, listener) => bus.subscribe(channel, listener),
        unsubscribe: (channel, listener) => bus.unsubscribe(channel, listener),
        claim: (key, value, ttl) => bus.claim(key, value, ttl),
        find: (key) => bus.find(key),
        renew: (claims, ttl) => bus.renew(claims, ttl),
        release: (key, value) => bus.release(key, value),
        watch: (watcher) => bus.watch(watcher),
        close: () => bus.close(),
        ...fault?.(bus, engine),
      };
      sound.set(faulty, bus);
      return faulty;
    },
    interrupt(faulty) {
      const bus = sound.get(faulty)!;
      bus.error = new Error("It is cut off");
      return Promise.resolve(() => {
        bus.error = undefined;
        for (const { back } of bus.watchers) back?.({ missedMessages: true, lostClaims: false });
        return Promise.resolve();
      });
    },
    stall() {
      engine.error = new Error("The engine does not answer");
      return Promise.resolve(() => {
        engine.error = undefined;
        return Promise.resolve();
      });
    },
  };
}

/** Faulty buses, by the test that finds each, and by what it says. */
const faults: Record<string, Record<string, [Fault, RegExp]>> = {
  "a message reaches each listener of its channel once, those of its own bus as well": {
    "it loses its own echo": [(bus) => {
      let isOwn = false;
      return {
        publish(channel, payload) {
          isOwn = true;
          queueMicrotask(() => queueMicrotask(() => isOwn = false));
          return bus.publish(channel, payload);
        },
        subscribe: (channel, listener) =>
          bus.subscribe(channel, (payload) => isOwn || listener(payload)),
      };
    }, /own bus has got 0 of 1/],
    "it doubles messages": [
      (bus) => ({
        subscribe: (channel, listener) =>
          bus.subscribe(channel, (payload) => (listener(payload), listener(payload))),
      }),
      /has got: \["first","first"/,
    ],
    "it has one listener for each channel": [(bus) => {
      const last = new Map<string, BusListener>();
      return {
        async subscribe(channel, listener) {
          if (!last.has(channel)) {
            await bus.subscribe(channel, (payload) => last.get(channel)!(payload));
          }
          last.set(channel, listener);
        },
      };
    }, /a listener of another bus has got 0 of 1/],
    "it mixes channels up": [
      (bus) => ({
        publish: (_, payload) => bus.publish("all", payload),
        subscribe: (_, listener) => bus.subscribe("all", listener),
      }),
      /has got: /,
    ],
    "publish never settles": [() => ({ publish: never }), /publish has not settled within 1000 ms/],
  },
  "the messages of each publisher to a channel arrive in order": {
    "it reorders": [
      (bus) => ({
        async publish(channel, payload) {
          if (payload.endsWith("7")) await later();
          return await bus.publish(channel, payload);
        },
      }),
      /messages of publisher 0, from the first wrong one on: \["0 8"/,
    ],
    "it loses one": [
      (bus) => ({
        publish: (channel, payload) =>
          payload === "1 500" ? Promise.resolve(1) : bus.publish(channel, payload),
      }),
      /the listener has got 1999 of 2000/,
    ],
  },
  "a listener gets everything that is published after subscribe has resolved": {
    "it confirms too early": [(bus) => ({
      subscribe(channel, listener) {
        later().then(() => bus.subscribe(channel, listener)).catch(() => {});
        return Promise.resolve();
      },
    }), /was confirmed has got 0 of 1/],
    "subscribe never settles": [
      () => ({ subscribe: never }),
      /subscribe has not settled within 1000 ms/,
    ],
  },
  "a listener gets nothing after unsubscribe, and leaves others of its channel alone": {
    "it unsubscribes too late": [
      (bus) => ({
        unsubscribe: (channel, listener) => later().then(() => bus.unsubscribe(channel, listener)),
      }),
      /the listener that was removed has got: \["late"\], but expected \[\]/,
    ],
    "it removes all listeners of the channel": [(bus) => {
      const own: [string, BusListener][] = [];
      return {
        subscribe(channel, listener) {
          own.push([channel, listener]);
          return bus.subscribe(channel, listener);
        },
        async unsubscribe(channel) {
          for (const [at, listener] of own) if (at === channel) await bus.unsubscribe(at, listener);
        },
      };
    }, /the listener that stays has got 0 of 1/],
    "it does not unsubscribe": [
      () => ({ unsubscribe: () => Promise.resolve() }),
      /the listener that was removed has got/,
    ],
  },
  "a listener that publishes what it got changes no order": {
    "it delivers within publish": [(_, engine) => ({
      publish(channel, payload) {
        for (const listener of engine.listeners.get(channel) ?? []) listener(payload);
        return Promise.resolve(1);
      },
    }), /has got: \["2","1"\], but expected \["1","2"\]/],
  },
  "channels with any characters are kept apart": {
    "it cuts names at 200 characters": [
      (bus) => ({
        publish: (channel, payload) => bus.publish(channel.slice(0, 200), payload),
        subscribe: (channel, listener) => bus.subscribe(channel.slice(0, 200), listener),
      }),
      /of channel 14, of the name "suite-.* has got: \["to channel 14","to channel 15"\]/,
    ],
    "it refuses long names": [
      (bus) => ({
        subscribe: (channel, listener) =>
          channel.length < 300
            ? bus.subscribe(channel, listener)
            : Promise.reject(new TypeError("The name is too long")),
      }),
      /^subscribe has rejected: TypeError: The name is too long$/,
    ],
    "it trims names": [
      (bus) => ({
        publish: (channel, payload) => bus.publish(channel.trim(), payload),
        subscribe: (channel, listener) => bus.subscribe(channel.trim(), listener),
      }),
      /of channel 0, .* has got: \["to channel 0","to channel 1"/,
    ],
  },
  "every well-formed text arrives as it was, up to maxPayload": {
    "it trims": [
      (bus) => ({ publish: (channel, payload) => bus.publish(channel, payload.trim()) }),
      /whether a space arrived as it was: false/,
    ],
    "it loses what is not ASCII": [
      (bus) => ({
        publish: (channel, payload) => bus.publish(channel, payload.replace(/[^\0-\x7f]/g, "?")),
      }),
      /whether characters beyond ASCII arrived/,
    ],
    "it drops empty messages": [
      (bus) => ({
        publish: (channel, payload) =>
          payload === "" ? Promise.resolve(0) : bus.publish(channel, payload),
      }),
      /has got 7 of 8 messages/,
    ],
    "it takes less than maxPayload": [
      (bus) => ({ maxPayload: bus.maxPayload + 1 }),
      /^publish has rejected: RangeError: The payload is too large/,
    ],
  },
  "a payload above maxPayload is refused with a RangeError, and harms no other": {
    "it has another error": [
      (bus) => ({
        publish: (channel, payload) =>
          bus.publish(channel, payload).catch(() => Promise.reject(new Error("Too large"))),
      }),
      /the error of a payload of one byte more: "Error: Too large"/,
    ],
    "it counts characters": [(bus) => {
      bus.maxPayload = 2 ** 30;
      const maxPayload = 1000;
      return {
        maxPayload,
        publish: (channel, payload) =>
          payload.length > maxPayload
            ? Promise.reject(new RangeError("Too large"))
            : bus.publish(channel, payload),
      };
    }, /more bytes, but fewer characters: it has not rejected/],
    "it is broken afterwards": [(bus) => ({
      publish(channel, payload) {
        const published = bus.publish(channel, payload);
        published.catch((error) => bus.error = error);
        return published;
      },
    }), /too large/],
    "it takes them": [(bus) => {
      bus.maxPayload = 2 ** 30;
      return { maxPayload: 1000 };
    }, /one byte more: it has not rejected, but gives 1/],
  },
  "a bus that is closed refuses every call, and others go on": {
    "it goes on": [afterClose, /publish of a closed bus: it has not rejected/],
    "its calls never settle": [(bus) => {
      let isClosed = false;
      return {
        find: (key) => isClosed ? never() : bus.find(key),
        close: () => (isClosed = true, bus.close()),
      };
    }, /find has not settled/],
    "it closes all": [(_, { buses }) => ({
      async close() {
        for (const bus of buses) await bus.close();
      },
    }), /^publish has rejected: Error: The bus is closed/],
    "it rejects with no error": [
      (bus) => ({ find: (key) => bus.find(key).catch(() => Promise.reject("closed")) }),
      /find of a closed bus: it rejects with no Error/,
    ],
  },
  "what a bus has published arrives, although it is closed": {
    "it drops what it has not sent": [(bus) => {
      let isClosed = false;
      return {
        publish(channel, payload) {
          later().then(() => isClosed ? undefined : bus.publish(channel, payload)).catch(() => {});
          return Promise.resolve(1);
        },
        close: () => (isClosed = true, bus.close()),
      };
    }, /publish has resolved for \["0",.*"99"\], which have not arrived/],
  },
  "of fifty that claim a key at once, one gets it, and all learn which": {
    "it has two winners": [(bus) => ({
      async claim(key, value, ttl) {
        const held = await bus.find(key);
        if (held !== undefined) return held;
        await later(0);
        await bus.claim(key, value, ttl);
        return value;
      },
    }), /the holders that fifty claims gave/],
    "it says that the key is held, but not by which": [
      (bus) => ({
        claim: async (key, value, ttl) => await bus.claim(key, value, ttl) === value ? value : "",
      }),
      /the holders that fifty claims gave/,
    ],
  },
  "a claim ends only by the value that holds it": {
    "it releases without a comparison": [
      (bus, { claims }) => ({
        release: async (key) => await bus.release(key, claims.find(key) ?? ""),
      }),
      /the holder after another value was released: undefined, but expected "a"/,
    ],
    "it does not release": [
      () => ({ release: () => Promise.resolve() }),
      /the holder after its release: "a"/,
    ],
    "it refuses its own claim": [
      (bus) => ({
        claim: async (key, value, ttl) =>
          await bus.find(key) ? "taken" : bus.claim(key, value, ttl),
      }),
      /the holder after the same claim again: "taken"/,
    ],
  },
  "a claim that is not renewed ends, and only its holder renews it": {
    "claims never end": [
      (bus) => ({ claim: (key, value) => bus.claim(key, value, 1e9) }),
      /a claim for a short time has not ended/,
    ],
    "claiming a key again renews it": [
      (bus) => ({
        async claim(key, value, ttl) {
          const holder = await bus.claim(key, value, ttl);
          if (holder === value) await bus.renew([[key, value]], ttl);
          return holder;
        },
      }),
      /a claim for a short time has not ended/,
    ],
    "it renews without a comparison": [
      (_, { claims }) => ({
        renew: (renewed, ttl) =>
          Promise.resolve(renewed.map(([key]) => claims.renew(key, claims.find(key) ?? "", ttl))),
      }),
      /a renewal of what another holds: \[true\], but expected \[false\]/,
    ],
    "renewing a free key claims it": [
      (bus) => ({
        renew: (claims, ttl) =>
          Promise.all(
            claims.map(async ([key, value]) => await bus.claim(key, value, ttl) === value),
          ),
      }),
      /renewals of an own key, and of one that is free: \[true,true\]/,
    ],
    "it does not renew": [
      (bus) => ({ renew: (claims) => bus.renew(claims, 300) }),
      /the holder of the renewed key: undefined/,
    ],
  },
  "many keys are renewed at once, each for itself": {
    "it compares all with the value of the last": [
      (bus) => ({
        renew: (claims, ttl) => bus.renew(claims.map(([key]) => [key, claims.at(-1)![1]]), ttl),
      }),
      /the renewals of 200 keys/,
    ],
    "it says the same of all": [
      (bus) => ({
        async renew(claims, ttl) {
          const renewed = await bus.renew(claims, ttl);
          return renewed.map(() => renewed.every((one) => one));
        },
      }),
      /the renewals of 200 keys/,
    ],
    "its answers have another order": [
      (bus) => ({
        renew: async (claims, ttl) => (await bus.renew(claims, ttl)).reverse(),
      }),
      /the renewals of 200 keys/,
    ],
  },
  "keys and values of any characters are kept apart": {
    "it ignores case": [
      (bus) => ({
        claim: (key, value, ttl) => bus.claim(key.toLowerCase(), value, ttl),
        find: (key) => bus.find(key.toLowerCase()),
      }),
      /the holder of "suite-.*a": /,
    ],
    "it cuts keys at a colon": [
      (bus) => ({
        claim: (key, value, ttl) => bus.claim(key.split(":")[0]!, value, ttl),
        find: (key) => bus.find(key.split(":")[0]!),
      }),
      /the holder of "suite-.*a": "holder of suite-.*a:b"/,
    ],
    "it cuts keys at 255 characters": [
      (bus) => ({
        claim: (key, value, ttl) => bus.claim(key.slice(0, 255), value, ttl),
        find: (key) => bus.find(key.slice(0, 255)),
      }),
      /the holder of "suite-.*b": "holder of suite-.*a"/,
    ],
  },
  "a bus that was cut off says so when it is back, and works as before": {
    "it does not tell": [() => ({ watch() {} }), /`back` has not told of missed messages/],
    "calls never settle while it is cut off": [(bus) => ({
      find: (key) => bus.error === undefined ? bus.find(key) : never(),
    }), /find has not settled/],
    "it loses its subscriptions": [
      (bus) => ({
        watch({ back }) {
          bus.watch({
            back(interruption) {
              const { error } = bus;
              bus.close();
              bus.error = error;
              back?.(interruption);
            },
          });
        },
      }),
      /a listener gets nothing after the interruption/,
    ],
    "it loses claims, and does not tell": [
      (bus, { claims }) => ({
        watch({ back }) {
          bus.watch({
            back(interruption) {
              claims.clear();
              back?.(interruption);
            },
          });
        },
      }),
      /a claim is gone, and `back` has not told/,
    ],
  },
  "no call waits for ever for an engine that does not answer": {
    "publish waits": [
      (bus, engine) => ({
        publish: (channel, payload) => engine.error ? never() : bus.publish(channel, payload),
      }),
      /publish has not settled/,
    ],
    "release waits": [
      (bus, engine) => ({
        release: (key, value) => engine.error ? never() : bus.release(key, value),
      }),
      /release has not settled/,
    ],
    "it loses claims, and does not tell": [(bus, { claims }) => ({
      release(key, value) {
        claims.clear();
        return bus.release(key, value);
      },
    }), /a claim is gone, and `back` has not told/],
  },
  "closing a bus ends the calls that wait for an answer": {
    "claims wait": [(bus, engine) => ({
      claim: (key, value, ttl) => engine.error ? never() : bus.claim(key, value, ttl),
    }), /claim has not settled/],
  },
};

Deno.test("a sound bus passes the suite", async () => {
  for (const { run } of busSuite(suiteOptions())) await run();
});

Deno.test("without the means to disturb the engine, the tests of that are left out", () => {
  const names = ({ interrupt: _, stall: __, ...options }: BusSuiteOptions) =>
    busSuite(options).map(({ name }) => name);
  assertEquals(names(suiteOptions()), Object.keys(faults).slice(0, -3));
});

Deno.test("each test of the suite finds the faults that it is for, and says what was wrong", async () => {
  assertEquals(busSuite(suiteOptions()).map(({ name }) => name), Object.keys(faults));
  const runs = Object.entries(faults).flatMap(([test, buses]) =>
    Object.entries(buses).map(async ([what, [fault, text]]) => {
      const { run } = busSuite(suiteOptions(fault)).find(({ name }) => name === test)!;
      const error: Error | undefined = await run().then(() => undefined, (error) => error);
      assert(
        error !== undefined && text.test(error.message),
        `${test}: ${what}: ${error?.message}`,
      );
    })
  );
  // All of them have ended before any is told.
  const results = await Promise.allSettled(runs);
  const wrong = results.flatMap((one) => one.status === "rejected" ? [one.reason.message] : []);
  assertEquals(wrong, []);
});

Deno.test("the bus of tests that fails in many ways is a sound one while it does not", async (t) => {
  const engine = new FaultyEngine(new SeededRandom(1));
  const tests = busSuite({
    timeout: 1000,
    open: () => engine.open(),
    stall() {
      engine.stop();
      return Promise.resolve(() => {
        engine.start(false);
        return Promise.resolve();
      });
    },
  });
  for (const { name, run } of tests) assert(await t.step(name, run));
});

Deno.test("what opens and disturbs buses has to settle in time, too", async () => {
  const disturbed = "no call waits for ever for an engine that does not answer";
  const first = Object.keys(faults)[0]!;
  const cases: [test: string, options: Partial<BusSuiteOptions>, text: string][] = [
    [first, { open: never }, "open has not settled within 50 ms"],
    [disturbed, { stall: never }, "stall has not settled within 50 ms"],
    [
      disturbed,
      { stall: () => Promise.resolve(never) },
      "the end of stall has not settled within 50 ms",
    ],
  ];
  for (const [test, options, text] of cases) {
    const tests = busSuite({ ...suiteOptions(), ...options, timeout: 50 });
    await assertRejects(() => tests.find(({ name }) => name === test)!.run(), Error, text);
  }
});
