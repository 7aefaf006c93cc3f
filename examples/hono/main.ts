/**
 * The chat inside a Hono application, beside routes and middleware of its own:
 *
 * ```sh
 * deno task example hono --runtime node --port 8080
 * ```
 *
 * @module
 */

import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { type Person, Room } from "../chat/room.ts";
import { filesOf } from "../files.ts";
import { announce, serveBy } from "../serve.ts";
import { honoRuntime, middleware } from "../serve_hono.ts";

const chat = createServer<Person>({ prefix: "/chat", serveClient: client });
const room = new Room(chat);

const app = new Hono();
// First: SockJS's requests may come from any origin, and csrf() would refuse some.
app.use(middleware(chat)); // sockjs(chat), on Deno and Bun
app.use(csrf());

app.get("/people", (c) => c.json(room.people.map(({ name }) => name)));
app.post("/announcements", async (c) => {
  const { text } = await c.req.json();
  if (typeof text !== "string" || text.length > 1000) return c.text("No text\n", 400);
  room.say({ id: "announcements", name: "Announcement" }, text);
  return c.body(null, 204);
});

const page = filesOf(new URL("../chat/page/", import.meta.url));
app.get("*", (c) => page(c.req.raw));

const address = await serveBy([chat], (port) => honoRuntime.serve(app, port));
announce("The chat room inside a Hono application, and its page", address);
