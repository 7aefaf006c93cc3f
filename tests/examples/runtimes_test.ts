/** Every example runs on every runtime, with its page and the client for it. */

import { assertEquals, assertMatch } from "@std/assert";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { announcement, startExample } from "./example.ts";

/** The examples, and the services in them. */
const services = {
  auth: "/auth",
  chat: "/chat",
  echo: "/echo",
  hono: "/chat",
  multiplex: "/multiplex",
  raw_websocket: "/echo",
  test_server: "/echo",
};

for (const runtime of ["deno", "bun", "node20", "node24"] as const) {
  const ignore = Deno.env.get("CI") !== "true" && await runtimeCommand(runtime) === undefined;
  for (const [name, service] of Object.entries(services)) {
    Deno.test({
      name: `${name} runs on ${runtime}: its announcement, its service, its page, and a websocket`,
      ignore,
      async fn() {
        await using server = await startExample(name, runtime);
        const get = async (path: string) => {
          const response = await fetch(server.address + path);
          return { status: response.status, text: await response.text() };
        };
        assertEquals((await get(service)).text, "Welcome to SockJS!\n");
        const { text: page } = await get("/");
        assertMatch(page, /<h1>/);
        // All that the page names is there.
        for (const [, path] of page.matchAll(/(?:src|href)="([^"#]+)"/g)) {
          assertEquals([path, (await get(`/${path}`)).status], [path, 200]);
        }
        assertEquals((await get("/page/main.ts")).status, 404);

        const socket = new WebSocket(`ws://127.0.0.1:${server.port}${service}/websocket`);
        await new Promise((resolve, reject) => {
          socket.onopen = resolve;
          socket.onerror = reject;
        });
        const closed = new Promise((resolve) => socket.onclose = resolve);
        socket.close();
        await closed;
        const { code, stdout, stderr } = await server.stop();
        assertMatch(stdout, announcement);
        assertEquals([code, stderr], [0, ""]);
      },
    });
  }
}
