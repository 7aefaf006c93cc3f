/**
 * The tests of the bus suite about messages and channels.
 *
 * @module
 */

import {
  equal,
  type Part,
  rejection,
  settled,
  shown,
  similarNames,
  unique,
} from "./suite_context.ts";

/** Milliseconds for claims that have to stay. */
const ttl = 600_000;

/** By their names. */
export const messages: Record<string, Part> = {
  async "a message reaches each listener of its channel once, those of its own bus as well"(
    { open, inbox },
  ) {
    const [a, b, c] = [await open(), await open(), await open()];
    const channel = unique();
    const inboxes = [
      inbox("a listener of the publisher's own bus"),
      inbox("a listener of another bus"),
      inbox("a second listener of the other bus"),
    ];
    const apart = inbox("a listener of another channel");
    const otherChannel = unique();
    await a.subscribe(channel, inboxes[0]!.listener);
    await b.subscribe(channel, inboxes[1]!.listener);
    await b.subscribe(channel, inboxes[2]!.listener);
    await c.subscribe(otherChannel, apart.listener);
    await a.publish(channel, "first");
    for (const one of inboxes) await one.has(1);
    await a.publish(channel, "second");
    await a.publish(otherChannel, "other");
    for (const one of inboxes) {
      await one.has(2);
      one.hasOnly(["first", "second"]);
    }
    await apart.has(1);
    apart.hasOnly(["other"]);
  },

  async "the messages of each publisher to a channel arrive in order"({ open, inbox }) {
    const publishers = [await open(), await open()];
    const reader = await open();
    const channel = unique();
    const all = inbox("the listener");
    await reader.subscribe(channel, all.listener);
    const each = 1000;
    const sent = publishers.flatMap((bus, from) =>
      Array.from({ length: each }, (_, at) => bus.publish(channel, `${from} ${at}`))
    );
    await Promise.all(sent);
    await all.has(2 * each);
    for (const from of [0, 1]) {
      const own = all.got.filter((payload) => payload.startsWith(`${from} `));
      const expected = Array.from({ length: each }, (_, at) => `${from} ${at}`);
      const wrong = own.findIndex((payload, at) => payload !== expected[at]);
      const start = Math.max(wrong, 0);
      equal(
        `messages of publisher ${from}, from the first wrong one on`,
        own.slice(start),
        expected.slice(start),
      );
    }
  },

  async "a listener gets everything that is published after subscribe has resolved"(
    { open, inbox },
  ) {
    const [a, b] = [await open(), await open()];
    for (let round = 0; round < 50; round++) {
      const channel = unique();
      const early = inbox("a listener whose subscription was confirmed");
      await b.subscribe(channel, early.listener);
      await a.publish(channel, "at once");
      await early.has(1);
    }
  },

  async "a listener gets nothing after unsubscribe, and leaves others of its channel alone"(
    { open, inbox, until },
  ) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const gone = inbox("the listener that was removed");
    const stays = inbox("the listener that stays");
    await b.subscribe(channel, gone.listener);
    await b.subscribe(channel, stays.listener);
    const leaving = b.unsubscribe(channel, gone.listener);
    await a.publish(channel, "late");
    await stays.has(1);
    await leaving;
    await b.unsubscribe(channel, gone.listener);
    await a.publish(channel, "later");
    await stays.has(2);
    await b.unsubscribe(channel, stays.listener);
    await a.publish(channel, "latest");
    const marker = inbox("a new listener");
    await b.subscribe(channel, marker.listener);
    await a.publish(channel, "end");
    // It may also get what was under way before.
    await until(() => marker.got.at(-1) === "end", () => "a new listener has not got the last one");
    gone.hasOnly([]);
    stays.hasOnly(["late", "later"]);
  },

  async "a listener that publishes what it got changes no order"({ open, inbox }) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const all = inbox("the second listener");
    await a.subscribe(channel, (payload) => {
      if (payload === "1") a.publish(channel, "2").catch(() => {});
    });
    await a.subscribe(channel, all.listener);
    await b.subscribe(channel, () => {});
    await a.publish(channel, "1");
    await all.has(2);
    all.hasOnly(["1", "2"]);
  },

  async "channels with any characters are kept apart"({ open, inbox }) {
    const [a, b] = [await open(), await open()];
    const inboxes = similarNames().map((channel, at) => ({
      channel,
      payload: `to channel ${at}`,
      own: inbox(`the listener of channel ${at}, of the name ${shown(channel, 60)}`),
    }));
    for (const { channel, own } of inboxes) await b.subscribe(channel, own.listener);
    for (const { channel, payload } of inboxes) await a.publish(channel, payload);
    for (const { payload, own } of inboxes) {
      await own.has(1);
      own.hasOnly([payload]);
    }
  },

  async "every well-formed text arrives as it was, up to maxPayload"({ open, inbox }) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const all = inbox("the listener");
    await b.subscribe(channel, all.listener);
    const longest = Math.min(a.maxPayload, 32 * 1024 * 1024);
    const texts = {
      "an empty text": "",
      "a space": " ",
      "NUL": "\0",
      "quotes and line breaks": '"\\\r\n\t',
      "characters beyond ASCII": "\u2028\ufeff\u20ac\ud83d\ude00",
      "a byte order mark": "\ufefftext",
      "JSON": '{"channel":"*"}',
      [`${longest} bytes`]: "x".repeat(longest),
    };
    for (const text of Object.values(texts)) await a.publish(channel, text);
    await all.has(Object.keys(texts).length);
    for (const [at, [name, text]] of Object.entries(texts).entries()) {
      equal(`whether ${name} arrived as it was`, all.got[at] === text, true);
    }
  },

  async "a payload above maxPayload is refused with a RangeError, and harms no other"(
    { open, inbox },
  ) {
    const [a, b] = [await open(), await open()];
    if (a.maxPayload > 64 * 1024 * 1024) return;
    const channel = unique();
    const all = inbox("the listener");
    await b.subscribe(channel, all.listener);
    const payloads = {
      "a payload of one byte more": "x".repeat(a.maxPayload + 1),
      // Its characters take two bytes each.
      "a payload with more bytes, but fewer characters": "\u00e9".repeat(a.maxPayload / 2 + 1),
    };
    for (const [what, payload] of Object.entries(payloads)) {
      const error = await rejection(`publishing ${what}`, a.publish(channel, payload));
      equal(
        `the error of ${what}`,
        error instanceof RangeError ? "RangeError" : `${error}`,
        "RangeError",
      );
    }
    await a.publish(channel, "next");
    await all.has(1);
    all.hasOnly(["next"]);
  },

  async "a bus that is closed refuses every call, and others go on"({ open, inbox }) {
    const [a, b, c] = [await open(), await open(), await open()];
    const channel = unique();
    const closed = inbox("a listener of the closed bus");
    const other = inbox("a listener of another bus");
    await a.subscribe(channel, closed.listener);
    await b.subscribe(channel, other.listener);
    await a.close();
    await a.close();
    const calls = {
      publish: a.publish(channel, ""),
      subscribe: a.subscribe(channel, () => {}),
      claim: a.claim(channel, "a", ttl),
      find: a.find(channel),
      renew: a.renew([[channel, "a"]], ttl),
      release: a.release(channel, "a"),
    };
    await Promise.all(
      Object.entries(calls).map(([name, call]) => rejection(`${name} of a closed bus`, call)),
    );
    await c.publish(channel, "still");
    await other.has(1);
    closed.hasOnly([]);
    other.hasOnly(["still"]);
  },

  async "what a bus has published arrives, although it is closed"({ open, inbox, until }) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const all = inbox("the listener");
    await b.subscribe(channel, all.listener);
    const calls = Array.from({ length: 100 }, (_, at) => {
      const published = a.publish(channel, String(at)).then(() => String(at));
      return settled(published);
    });
    await a.close();
    // It may also reject what was under way.
    const promised = (await Promise.all(calls)).filter((payload) => payload !== undefined);
    const missing = () => promised.filter((payload) => !all.got.includes(payload));
    await until(
      () => missing().length === 0,
      () => `publish has resolved for ${JSON.stringify(missing())}, which have not arrived`,
    );
  },
};
