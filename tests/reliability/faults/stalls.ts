/** Server processes that stall: suspended, or busy. */

import { assertEquals } from "@std/assert";
import type { HostName } from "../../support/hosts.ts";
import { fault, hosts } from "../fault.ts";
import { HttpConnection } from "../../support/raw_http.ts";
import type { TestServer } from "../../support/test_server.ts";

/** All delays of its are a second. */
const service = "/impatient";
/** How long a server stands still, in ms. */
const stall = 3000;
const crowd = 100;

/** Servers read their sockets in their own ways. */
const everywhere: HostName[] = [...hosts, "deno-node", "bun-node"];

type Stall = (server: TestServer, meanwhile: () => Promise<void>) => Promise<void>;

const stalls: Record<string, Stall> = {
  "was stopped": async ({ pid }, meanwhile) => {
    Deno.kill(pid, "SIGSTOP");
    try {
      await meanwhile();
      await new Promise((resolve) => setTimeout(resolve, stall));
    } finally {
      Deno.kill(pid, "SIGCONT");
    }
  },
  "was busy": async (server, meanwhile) => {
    const connection = await server.connect();
    await connection.send({ path: `/busy/${stall}` });
    // So that it has begun before it reads what comes later; no event can tell while it is busy.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await meanwhile();
    assertEquals((await connection.response()).status, 200);
  },
};

/** A client that polls, over one connection or several. */
class Poller {
  readonly #base: string;
  #connection: HttpConnection;
  readonly #server: TestServer;

  constructor(server: TestServer, connection: HttpConnection) {
    this.#server = server;
    this.#base = `${service}/000/${server.newId()}`;
    this.#connection = connection;
  }

  /** Sends a receiving request. */
  async ask(): Promise<void> {
    await this.#connection.send({ method: "POST", path: `${this.#base}/xhr` });
  }

  /** The response but for heartbeats. */
  async frame(): Promise<string> {
    const { body } = await this.#connection.response("POST");
    if (body !== "h\n") return body;
    await this.ask();
    return await this.frame();
  }

  /** Sends a message: the status. */
  async send(): Promise<number> {
    return (await this.#server.post(`${this.#base}/xhr_send`, '["x"]')).status;
  }

  /** Goes on over another connection. */
  async renew(): Promise<void> {
    this.#connection.close();
    this.#connection = await this.#server.connect();
  }
}

for (const [how, standStill] of Object.entries(stalls)) {
  fault(
    "5",
    `after it ${how}, a server still has the sessions of clients that polled in that time`,
    async (server) => {
      const pollers: Poller[] = [];
      for (let at = 0; at < crowd; at++) {
        pollers.push(new Poller(server, await server.connect()));
      }
      const all = <Result>(task: (poller: Poller, at: number) => Promise<Result>) =>
        Promise.all(pollers.map(task));
      await all((poller) => poller.ask());
      assertEquals(new Set(await all((poller) => poller.frame())), new Set(["o\n"]));
      await all((poller) => poller.ask());
      await all((poller) => poller.send());
      assertEquals(new Set(await all((poller) => poller.frame())), new Set([`a["x"]\n`]));
      await standStill(server, async () => {
        await all(async (poller, at) => {
          // Some come back over a connection of their own, which has to be accepted first.
          if (at % 2 === 0) await poller.renew();
          await poller.ask();
        });
      });
      const frames = all((poller) => poller.frame());
      assertEquals(new Set(await all((poller) => poller.send())), new Set([204]));
      assertEquals(new Set(await frames), new Set([`a["x"]\n`]));
    },
    { hosts: everywhere },
  );

  fault(
    "5",
    `after it ${how}, a server accepts the pongs that arrived in that time`,
    async (server) => {
      const socket = await server.websocketSession(service);
      socket.answersPings = false;
      // The ping goes out with it.
      assertEquals(await socket.message(), "h");
      await standStill(server, () => socket.send({ opcode: 10 }));
      await socket.sendText(`"x"`);
      let text = await socket.message();
      while (text === "h") text = await socket.message();
      assertEquals(text, `a["x"]`);
    },
    {
      hosts: everywhere,
      skip: { deno: "pings by itself, and looks at the clock before the socket" },
    },
  );
}
