/** Tests of the soak's ledger: it must find messages that are lost, repeated or out of order. */

import { assertEquals } from "@std/assert";
import { createServer } from "../../mod.ts";
import { PollingClient } from "../support/polling_client.ts";
import { Application } from "./cluster_soak/application.ts";
import { Ledger } from "./soak/ledger.ts";
import { echoed, messageOf, pushed } from "./soak/messages.ts";
import { lineThrough } from "./soak/slope.ts";
import { Tally } from "./soak/tally.ts";
import { until } from "../support/until.ts";

/** Sends three messages, receives the given ones, and returns the faults that were found. */
function account(
  receive: (sent: string[]) => string[],
  { received = 3, ended = { lost: 0, repeated: 0, late: 0 } } = {},
): Pick<Tally, "lost" | "repeated" | "late" | "altered"> {
  const tally = new Tally();
  const ledger = new Ledger(tally);
  const sent = [1, 2, 3].map(() => ledger.next(() => 0.5));
  for (const text of receive(sent)) ledger.received(text);
  ledger.close({ id: "", received, ...ended });
  const { lost, repeated, late, altered } = tally;
  return { lost, repeated, late, altered };
}

const nothing = { lost: 0, repeated: 0, late: 0, altered: 0 };
const own = [1, 2, 3].map((number) => messageOf(pushed, number, 10));

Deno.test("nothing is wrong where all comes, and then the server's counts", () => {
  assertEquals(account((sent) => [...sent, ...own, "bye 3 3"]), nothing);
});

Deno.test("what was in flight when a session was cut is not lost", () => {
  assertEquals(account((sent) => sent.slice(0, 1), { received: 2 }), nothing);
});

Deno.test("an echo that a later one follows is lost", () => {
  const found = account(([first = "", , third = ""]) => [first, third]);
  assertEquals(found, { ...nothing, lost: 1 });
});

Deno.test("a last echo that the server's counts follow is lost", () => {
  const found = account((sent) => [...sent.slice(0, 2), ...own, "bye 3 3"]);
  assertEquals(found, { ...nothing, lost: 1 });
});

Deno.test("a message of the server's own that its counts follow is lost", () => {
  const found = account((sent) => [...sent, ...own.slice(0, 2), "bye 3 3"]);
  assertEquals(found, { ...nothing, lost: 1 });
});

Deno.test("an echo that comes twice is repeated, and so is a message of the server's own", () => {
  const [first = ""] = own;
  const found = account((sent) => [...sent, ...sent.slice(2), ...own, first]);
  assertEquals(found, { ...nothing, repeated: 2 });
});

Deno.test("an echo behind a later one is late, and not lost", () => {
  const found = account(([first = "", second = "", third = ""]) => [first, third, second]);
  assertEquals(found, { ...nothing, late: 1 });
});

Deno.test("an echo that is another text is altered, and so is a message of the server's own", () => {
  const found = account(([first = ""]) => [`${first}!`, `${own[0]}!`]);
  assertEquals(found, { ...nothing, altered: 2 });
});

Deno.test("nothing is added up before the end, for then it may turn out to be another session's", () => {
  const tally = new Tally();
  const ledger = new Ledger(tally);
  const [first, , third] = [1, 2, 3].map(() => ledger.next(() => 0.5));
  for (const text of [`${third}!`, `${first}!`, `${first}`]) ledger.received(text);
  const counts = () => [tally.lost, tally.repeated, tally.late, tally.altered];
  assertEquals(counts(), [0, 0, 0, 0]);
  ledger.close(undefined);
  assertEquals(counts(), [1, 1, 1, 2]);
});

Deno.test("what a server took and its application never got is lost", () => {
  const tally = new Tally();
  const ledger = new Ledger(tally);
  ledger.next(() => 0.5);
  ledger.accepted(1);
  ledger.close({ id: "", received: 0, lost: 0, repeated: 0, late: 0 });
  assertEquals(tally.lost, 1);
});

Deno.test("what the application found counts, too", () => {
  const found = account((sent) => sent, { ended: { lost: 1, repeated: 2, late: 3 } });
  assertEquals(found, { ...nothing, lost: 1, repeated: 2, late: 3 });
});

Deno.test("what an application has accepted in a pause counts, even if its client goes", async () => {
  const { random } = Math;
  let rolls: number[] = [];
  Math.random = () => rolls.shift() ?? 0.7;
  const application = new Application("member");
  const server = createServer({ prefix: "/soak" });
  server.on("connection", application.serve);
  const client = new PollingClient(server, "x", "/soak");
  try {
    assertEquals(await client.poll(), "o");
    const name = "member/1";
    assertEquals(await client.poll(), `a["welcome ${name}"]`);
    // It pauses at the first message, for half a second.
    rolls = [0, 1];
    const sent = [1, 2, 3].map((number) => messageOf(echoed, number, 10));
    await client.send(...sent.map((text) => `${name} ${text}`));
    assertEquals(JSON.parse((await client.poll()).slice(1)), sent.slice(0, 1));
    for (const connection of server.connections) connection.close();
    await client.poll();
    await until(() => application.open === 0);
    assertEquals(application.takeEnded().map(({ received }) => received), [3]);
  } finally {
    Math.random = random;
    await server.close({ timeout: 0 });
  }
});

Deno.test("the line through points on a line is that line", () => {
  assertEquals(lineThrough([[1, 5], [2, 7], [4, 11]]), { start: 3, slope: 2 });
});
