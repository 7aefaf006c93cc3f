/** Clocks that are set while sessions are open. */

import { assert, assertEquals } from "@std/assert";
import { fault } from "../fault.ts";

const day = 24 * 60 * 60 * 1000;

fault(
  "5",
  "a clock that is set a day forward or back ends nothing and starts nothing",
  async (server) => {
    const session = await server.xhr("/heartbeat").open();
    const socket = await server.websocketSession("/heartbeat");
    for (const shift of [day, -day, 0]) {
      const serverTime = Number((await server.get(`/clock/${shift}`)).body);
      assert(Math.abs(serverTime - Date.now() - shift) < day / 2);
      // Heartbeats neither stop nor come all at once: a round trip sees none.
      assertEquals(await session.poll(), "h\n");
      assertEquals(await socket.message(), "h");
      await session.send("x");
      assertEquals(await session.poll(), `a["x"]\n`);
      await server.disconnectDelays(1);
    }
  },
);
