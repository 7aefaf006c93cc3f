/** Applications whose listeners throw or reject. */

import { assertEquals } from "@std/assert";
import type { Fault } from "../../support/server_command.ts";
import { fault } from "../fault.ts";
import { xhrStreaming } from "../../support/receiving_transports.ts";

const events = ["data", "message", "drain", "end", "close"] as const;
const faults = events.flatMap((event): Fault[] => [[event, "throws"], [event, "rejects"]]);

for (const [event, how] of faults) {
  fault(
    "5",
    `a listener of ${event} that ${how} emits error, and ends no other connection`,
    async (server) => {
      const before = (await server.errors("/goes_wrong", 0)).length;
      const message = JSON.stringify([event, how]);
      // The listener that the first message adds may miss it, and gets the second one.
      const messages = event === "drain" ? [message] : [message, message];
      const other = await server.websocketSession("/goes_wrong");

      const poll = await server.xhr("/goes_wrong").open();
      const stream = server.http("/goes_wrong");
      await stream.open(xhrStreaming);
      const id = server.newId();
      const socket = await server.websocketSession("/goes_wrong", id);
      await poll.send(...messages);
      await poll.poll();
      // This one brings what the listener waited for, the next one the end.
      if (event === "drain") await poll.poll();
      await stream.send(...messages);
      await socket.sendText(JSON.stringify(messages));
      await socket.next();

      const ended = event === "end" || event === "close" ? 1000 : 1011;
      for (const each of [poll.id, stream.id, id]) {
        assertEquals((await server.closed(each))[0]?.code, ended);
      }
      const errors = (await server.errors("/goes_wrong", before + 3)).slice(before);
      assertEquals([...new Set(errors)], [`${event} ${how}`]);

      await other.sendText(JSON.stringify(JSON.stringify(["data", "throws"])));
      await other.sendClose(1000);
      assertEquals((await other.closed()).code, 1000);
    },
  );
}
