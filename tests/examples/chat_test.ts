/** Tests of the chat example, by itself and inside a Hono application. */

import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { ExamplePage, startExample } from "./example.ts";

/** Opens the chat, and joins it by keyboard: the focus is where the name goes. */
async function join(it: ExamplePage, name: string): Promise<void> {
  await it.shows("#join", "Your name");
  await it.type(name);
  await it.press("Enter");
  await it.shows("#status", `Connected as ${name}`);
}

/** Says something: the focus is where it goes. */
async function say(it: ExamplePage, text: string): Promise<void> {
  await it.type(text);
  await it.press("Enter");
  await it.shows(".own .words", text);
}

browserTest(
  "chat: two people talk by keyboard, and a third reads what was said",
  async (context) => {
    await using server = await startExample("chat");
    const ann = await ExamplePage.open(context, server.address);
    await ann.looks("chat_join");
    await join(ann, "Ann");
    await say(ann, "Is anybody here?");
    const bob = await ExamplePage.open(context, server.address);
    await join(bob, "Bob");
    await bob.shows(".message:not(.own)", "Is anybody here?");
    await ann.shows("#people-title", "2 here");
    await say(bob, "Me! Which transport are you on?");
    await say(bob, "I am behind a proxy that breaks websockets, and yet it works.");
    await ann.shows(".message:not(.own)", "and yet it works");
    await say(ann, "That is what SockJS is for.");

    const cleo = await ExamplePage.open(context, server.address);
    await join(cleo, "Cleo");
    assertEquals(await cleo.texts(".words"), [
      "Is anybody here?",
      "Me! Which transport are you on?",
      "I am behind a proxy that breaks websockets, and yet it works.",
      "That is what SockJS is for.",
    ]);
    await say(cleo, "Good morning, you two!");
    await ann.shows(".notice", "Cleo has joined");
    await ann.shows(".words", "Good morning, you two!");
    assertEquals(await ann.texts("#people"), ["A\nAnn\nB\nBob\nC\nCleo"]);
    await ann.looks("chat");
    await say(cleo, "<b>markup</b>");
    await ann.shows(".words", "<b>markup</b>");
    await bob.page.close();
    await ann.shows(".notice", "Bob has left");
    for (const it of [ann, cleo]) await it.ends();
  },
);

browserTest(
  "chat: a page connects again to a new server, and keeps what it has",
  async (context) => {
    const first = await startExample("chat");
    const it = await ExamplePage.open(context, first.address);
    await join(it, "Ann");
    await say(it, "before");
    await first.stop();
    await it.shows("#status", "Connection lost next attempt in");
    await it.type("draft");
    await it.press("Enter");
    await it.looks("chat_lost");

    await using _second = await startExample("chat", "deno", first.port);
    await it.shows("#status", "Connected as Ann");
    assertEquals(await it.page.inputValue("#text"), "draft");
    await it.press("Enter");
    await it.shows(".own .words", "draft");
    assertEquals(await it.texts(".words"), ["before", "draft"]);
    await it.ends(/net::ERR_|WebSocket connection to .* failed/);
  },
);

browserTest(
  "chat: what is no message of it ends the connection, and is not tried again",
  async (context) => {
    await using server = await startExample("chat");
    const it = await ExamplePage.open(context, server.address);
    const reason = await it.page.evaluate(`new Promise((resolve) => {
    const sock = new SockJS("/chat");
    sock.onopen = () => sock.send('{"say":"without a name"}');
    sock.onclose = ({ code, reason }) => resolve(code + " " + reason);
  })`);
    assertEquals(reason, "4400 Send your name first");
    await it.ends();
  },
);

browserTest("hono: the chat works beside routes, and they take part in it", async (context) => {
  await using server = await startExample("hono");
  const it = await ExamplePage.open(context, server.address);
  await join(it, "Ann");
  await say(it, "Tell me when the build is done.");
  const people = await fetch(`${server.address}/people`);
  assertEquals(await people.json(), ["Ann"]);

  const announce = (type: string) =>
    fetch(`${server.address}/announcements`, {
      method: "POST",
      headers: { "Content-Type": type, "Origin": "http://elsewhere.example" },
      body: JSON.stringify({ text: "The build is done." }),
    }).then(async (response) => {
      await response.body?.cancel();
      return response.status;
    });
  assertEquals(await announce("text/plain"), 403, "csrf() is there");
  assertEquals(await announce("application/json"), 204);
  await it.shows(".message:not(.own)", "The build is done.");
  await it.looks("hono");
  await it.ends();
});
