import { assertEquals, assertThrows } from "@std/assert";
import { Topics } from "../../../src/connection/topics.ts";
import { SharedMessage } from "../../../src/protocol/message.ts";
import type { Session } from "../../../src/session/session.ts";
import { keysDuring } from "../../support/map_keys.ts";

const limits = { maxTopicLength: 4, maxSubscriptions: 2 };

/** A session that notes what it gets, and calls a function meanwhile. */
function member(got: string[], name: string, meanwhile = () => {}): Session {
  const writeShared = ({ text }: SharedMessage) => {
    got.push(`${name} ${text}`);
    meanwhile();
  };
  return { writeShared } as unknown as Session;
}

Deno.test("a message goes to the subscribers of its topic, in their order, but for one", () => {
  const topics = new Topics(limits);
  const got: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) => member(got, name));
  topics.add("t", a!);
  topics.add("u", c!);
  topics.add("t", b!);
  topics.publish("t", new SharedMessage("1"), undefined);
  topics.publish("t", new SharedMessage("2"), a);
  topics.publish("none", new SharedMessage("3"), undefined);
  assertEquals(got, ["a 1", "b 1", "b 2"]);
});

Deno.test("a topic is counted and kept only while it has subscribers", () => {
  const topics = new Topics(limits);
  const [a, b] = [member([], "a"), member([], "b")];
  topics.add("t", a);
  topics.add("t", a);
  topics.add("t", b);
  assertEquals([topics.count("t"), topics.of(a)], [2, ["t"]]);
  topics.remove("t", a);
  topics.remove("t", a);
  assertEquals([topics.count("t"), topics.of(a)], [1, []]);
  topics.removeAll(b);
  assertEquals([topics.count("t"), topics.of(b)], [0, []]);
});

Deno.test("the name of a topic is no key of a map", () => {
  const topics = new Topics(limits);
  const a = member([], "a");
  const keys = keysDuring(() => topics.add("1234", a));
  assertEquals([keys.size, keys.has("1234")], [1, false]);
  assertEquals([[...topics.names], topics.of(a), topics.has("1234", a)], [
    ["1234"],
    ["1234"],
    true,
  ]);
});

Deno.test("a topic that is too long and one too many are refused, and change nothing", () => {
  const topics = new Topics(limits);
  const a = member([], "a");
  topics.check("publish", "1234");
  assertThrows(
    () => topics.check("publish", "12345"),
    RangeError,
    "Cannot publish: the topic has 5 characters, and maxTopicLength is 4",
  );
  assertThrows(
    () => topics.check("subscribe", 1 as never),
    TypeError,
    "Cannot subscribe: the topic must be a string, got number",
  );
  for (const topic of ["t", "u", "u"]) topics.add(topic, a);
  assertThrows(() => topics.add("v", a), RangeError, "Cannot subscribe: maxSubscriptions is 2");
  assertEquals([topics.count("v"), topics.of(a)], [0, ["t", "u"]]);
  topics.remove("t", a);
  topics.add("v", a);
  assertEquals(topics.count("v"), 1);
});

Deno.test("who unsubscribes, subscribes, or does both during a publication gets no message twice", () => {
  const topics = new Topics(limits);
  const got: string[] = [];
  const late = member(got, "late");
  const last = member(got, "last");
  const again = member(got, "again");
  let done = false;
  const first = member(got, "first", () => {
    if (done) return;
    done = true;
    topics.removeAll(again);
    topics.add("t", again);
    topics.add("t", late);
    topics.remove("t", last);
    topics.publish("t", new SharedMessage("within"), undefined);
  });
  for (const each of [first, again, last]) topics.add("t", each);
  topics.publish("t", new SharedMessage("1"), undefined);
  assertEquals(got, [
    "first 1",
    ...["first within", "again within", "late within"],
    ...["again 1", "last 1"],
  ]);
  assertEquals(topics.count("t"), 3);
});

Deno.test("a subscriber that throws leaves its topic as it is", () => {
  const topics = new Topics(limits);
  const a = member([], "a", () => {
    throw new Error("broken");
  });
  topics.add("t", a);
  assertThrows(() => topics.publish("t", new SharedMessage("1"), undefined), Error, "broken");
  topics.removeAll(a);
  assertEquals(topics.count("t"), 0);
});
