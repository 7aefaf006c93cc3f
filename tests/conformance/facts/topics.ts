/** Section 5: messages of topics, over every transport. */

import { assertEquals, assertMatch } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { everyCodeUnit, messageFrame } from "../../support/reference_frame.ts";
import { polls } from "../../support/receiving_transports.ts";
import { topicCarriers, TopicClient } from "../../support/topic_client.ts";
import { until } from "../../support/until.ts";

const messages = [
  "",
  "x",
  "\ud800x\udc00",
  "\u2028\u2029\u0000\u200d",
  "\u{1f600}\u00e9%",
  "</script><!--\r\n\\\"'",
  everyCodeUnit().join(""),
  "\u20ac".repeat(100_000),
  "x".repeat(1024 * 1024),
];

for (const carrier of topicCarriers) {
  fact("5", `${carrier}: a message of a topic arrives as write sends it`, async (server) => {
    const [topic, trigger] = [server.newId(), server.newId()];
    const publisher = await TopicClient.open(server, "/topics");
    const client = await TopicClient.openBy(carrier, server, "/topics", topic);
    for (const [at, message] of messages.entries()) {
      await client.ask("when", `${trigger} ${at}`, ["write", message]);
      await publisher.ask("go", `${trigger} ${at}`);
      const written = await client.frame();
      for (const method of ["publish", "publishToAll", "broadcast"] as const) {
        if (method === "broadcast") await publisher.ask(method, message);
        else await publisher.ask(method, topic, message);
        assertEquals(await client.frame() === written, true, `${method} ${at}`);
      }
      if (carrier !== "raw") assertEquals(written === messageFrame(message), true, `${at}`);
    }
  });

  fact("5", `${carrier}: what many publish at once comes in one order to all`, async (server) => {
    const topic = server.newId();
    const client = await TopicClient.openBy(carrier, server, "/topics", topic);
    const witness = await TopicClient.open(server, "/topics", topic);
    const [a, b] = [
      await TopicClient.open(server, "/topics"),
      await TopicClient.open(server, "/topics"),
    ];
    // In one listener, by its connection and by the server.
    const own = ["publish", topic, "of its own"] as const;
    await client.ask("when", topic, ["publishToAll", topic, "in between"], own);
    await Promise.all([
      a.ask("publishMany", topic, "a", 300, 0),
      b.ask("publishMany", topic, "b", 300, 10),
      witness.ask("go", topic),
    ]);
    await a.ask("publishToAll", topic, "end");
    const got = await client.upTo("end");
    assertEquals((await witness.upTo("end")).filter((each) => each !== "of its own"), got);
    for (const name of ["a", "b"]) {
      const expected = Array.from({ length: 300 }, (_, at) => `${name} ${at + 1}`);
      assertEquals(got.filter((message) => message.startsWith(name)), expected);
    }
  });

  fact("7", `${carrier}: a slow subscriber ends with 1008, and no other waits`, async (server) => {
    const topic = server.newId();
    const slow = await TopicClient.openBy(carrier, server, "/topics_low", topic);
    const others = [
      await TopicClient.open(server, "/topics_low", topic),
      await TopicClient.openBy("raw", server, "/topics_low", topic),
    ];
    const long = "x".repeat(200_000);
    // More than the buffers of the system hold, if it is a connection that is not read.
    const counts = polls.some(({ name }) => name === carrier) ? 10 : 60;
    for (let count = 1; count <= counts; count++) {
      await others[0]!.ask("publishToAll", topic, `${count} ${long}`);
      for (const other of others) assertEquals(await other.next() === `${count} ${long}`, true);
    }
    assertEquals(await slow.closed(), 1008);
    await server.closed(slow.id);
    assertEquals(await others[0]!.ask("subscriberCount", topic), 2);
  });

  fact("5", `${carrier}: a connection that closes leaves its topics for good`, async (server) => {
    const topics = [server.newId(), server.newId()] as const;
    const witness = await TopicClient.open(server, "/topics_fleeting");
    const closing = await TopicClient.openBy(carrier, server, "/topics_fleeting", ...topics);
    await closing.tell(["subscribeOnClose", topics[1]], ["close"], ["subscribe", "after close"]);
    assertEquals(await closing.closed(), 1000);
    await server.closed(closing.id);
    const vanishing = await TopicClient.openBy(carrier, server, "/topics_fleeting", ...topics);
    await vanishing.ask("subscribeOnClose", topics[1]);
    vanishing.abort();
    await server.closed(vanishing.id);
    for (const topic of [...topics, "after close"]) {
      assertEquals(await witness.ask("subscriberCount", topic), 0, topic);
      await witness.ask("publishToAll", topic, "x");
    }
  }, { waits: true });
}

fact(
  "5",
  "what exceeds maxSubscriptions or maxTopicLength throws, and harms no other",
  async (server) => {
    const [a, b] = [
      await TopicClient.open(server, "/topics_low"),
      await TopicClient.openBy("xhr", server, "/topics_low"),
    ];
    for (const client of [a, b]) {
      const topics = [server.newId(), server.newId(), server.newId()];
      for (const topic of topics) assertEquals(await client.ask("subscribe", topic), null);
      const tooMany = "RangeError: Cannot subscribe: maxSubscriptions is 3";
      assertEquals(await client.ask("subscribe", "x"), tooMany);
      assertEquals(await client.ask("subscribe", topics[0]!), null);
      for (const method of ["subscribe", "publish", "publishToAll"] as const) {
        const said = method === "subscribe" ? "subscribe" : "publish";
        const tooLong = new RegExp(
          `^RangeError: Cannot ${said}: the topic has 41 characters, and maxTopicLength is 40$`,
        );
        const result = method === "subscribe"
          ? await client.ask(method, "x".repeat(41))
          : await client.ask(method, "x".repeat(41), "x");
        assertMatch(`${result}`, tooLong);
      }
      assertEquals(await client.ask("subscriptions"), topics);
      await client.ask("unsubscribe", topics[1]!);
      assertEquals(await client.ask("subscribe", "\u20ac".repeat(40)), null);
      await client.ask("publishToAll", topics[0]!, "x");
      assertEquals(await client.next(), "x");
    }
  },
);

fact("5", "a subscription too many that no code catches closes with 1011", async (server) => {
  const socket = await server.websocketSession("/subscribes");
  const other = await server.xhr("/subscribes").open();
  await other.send("1", "2", "3");
  assertEquals(await other.poll(), `a["1","2","3"]\n`);
  await socket.sendText(`["1","2","3","4"]`);
  assertEquals(await socket.message(), `a["1","2","3"]`);
  assertEquals((await socket.message()).slice(0, 7), "c[1011,");
  assertEquals((await socket.closed()).code, 1011);
  const errors = await server.errors("/subscribes");
  assertEquals(errors.at(-1), "Cannot subscribe: maxSubscriptions is 3");
  await other.send("3");
  assertEquals(await other.poll(), `a["3"]\n`);
});

fact("5", "topics that are parts of long messages do not keep these in memory", async (server) => {
  const socket = await server.websocketSession("/topic_parts");
  const count = 200;
  const long = "x".repeat(100_000);
  const before = await server.heap();
  for (let at = 1; at <= count; at++) {
    // A part of 16 characters: runtimes copy shorter ones.
    const topic = `topic number ${at}`.padEnd(16);
    await socket.sendText(JSON.stringify(`subscribe ${topic}${long}`));
  }
  await socket.sendText(`"how many"`);
  assertEquals(await socket.message(), `a["${count}"]`);
  await until(async () => await server.heap() - before < 5_000_000);
});
