/**
 * A chat room, with a page:
 *
 * ```sh
 * deno task example chat --runtime bun --port 8080
 * ```
 *
 * @module
 */

import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { filesOf } from "../files.ts";
import { announce, serve } from "../serve.ts";
import { type Person, Room } from "./room.ts";

const chat = createServer<Person>({
  prefix: "/chat",
  serveClient: client,
  fallback: filesOf(new URL("page/", import.meta.url)),
});
new Room(chat);

announce("A chat room, and its page", await serve(chat));
