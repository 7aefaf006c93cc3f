/** Tests of the auth example, whose client sends a token as its first message. */

import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { ExamplePage, startExample } from "./example.ts";

/** Fills in the form by keyboard. */
async function signIn(it: ExamplePage, password: string): Promise<void> {
  await it.focus("#name");
  await it.press("Control+A");
  await it.type("Ann");
  await it.press("Tab");
  await it.type(password);
  await it.press("Enter");
}

browserTest("auth: a user can sign in and sign out", async (context) => {
  await using server = await startExample("auth");
  const it = await ExamplePage.open(context, server.address);
  await it.looks("auth_before");
  await signIn(it, "guess");
  await it.shows("#problem", "The password is wrong");
  await it.press("Control+A");
  await it.type("open sesame");
  await it.press("Enter");
  await it.shows("#status", "Signed in");
  await it.shows(".received", "Welcome, Ann");
  assertEquals(await it.texts("#problem"), [""]);

  // The focus has gone to where messages are written.
  await it.type("Hello");
  await it.press("Enter");
  await it.shows(".received", "Ann said: Hello");
  assertEquals(await context.cookies(), []);
  await it.looks("auth_signed_in");
  await it.focus("#sign-out");
  await it.press("Enter");
  await it.shows("#status", "Signed out");
  await it.ends(/401 \(Unauthorized\)/);
});

browserTest("auth: a forged token is refused, and so is silence", async (context) => {
  await using server = await startExample("auth");
  const it = await ExamplePage.open(context, server.address);
  await it.focus("#forge");
  await it.press("Enter");
  await it.shows("#status", "Refused Not a valid token");
  await it.shows(".refused", "close: 4401 Not a valid token");
  await it.press("Tab", "Enter");
  await it.shows("#status", "Refused No token arrived in time");
  await it.shows(".refused", "close: 4408 No token arrived in time");
  await it.looks("auth_refused");
  await it.ends();
});

browserTest("auth: a connection ends with its token", async (context) => {
  await using server = await startExample("auth");
  const it = await ExamplePage.open(context, server.address);
  await it.page.selectOption("#lifetime", "one second");
  await signIn(it, "open sesame");
  await it.shows(".received", "Welcome, Ann");
  await it.shows("#status", "Refused The token has expired");
  await it.ends();
});
