/**
 * A service for signed-in users, with a page to sign in:
 *
 * ```sh
 * deno task example auth --runtime bun --port 8080
 * ```
 *
 * @module
 */

import { type Connection, createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { filesOf } from "../files.ts";
import { announce, serve } from "../serve.ts";
import { signIn } from "./sign_in.ts";
import { readToken } from "./tokens.ts";

/** Milliseconds in which the token must come. */
const timeLimit = 3000;
/** Codes of our own, after HTTP's 401 and 408. */
const unauthorized = 4401;
const tooLate = 4408;

const page = filesOf(new URL("page/", import.meta.url));

const server = createServer({
  prefix: "/auth",
  serveClient: client,
  fallback: (request) =>
    new URL(request.url).pathname === "/sign-in" ? signIn(request) : page(request),
});

server.on("connection", (connection) => {
  const timer = setTimeout(() => connection.close(tooLate, "No token arrived in time"), timeLimit);
  connection.on("close", () => clearTimeout(timer));
  connection.once("data", (message) => {
    clearTimeout(timer);
    const { name, expires, problem } = readToken(message);
    if (problem === undefined) welcome(connection, name, expires);
    else connection.close(unauthorized, problem);
  });
});

/** From here on, the client is who it says. */
function welcome(connection: Connection, name: string, expires: number): void {
  connection.write(`Welcome, ${name}`);
  connection.on("data", (message) => connection.write(`${name} said: ${message}`));
  // A connection may live longer than its token.
  const left = expires - Date.now();
  const timer = setTimeout(() => connection.close(unauthorized, "The token has expired"), left);
  connection.on("close", () => clearTimeout(timer));
}

announce("A service for people who have signed in, and a page to sign in", await serve(server));
