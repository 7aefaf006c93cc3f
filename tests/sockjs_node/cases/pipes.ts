/** Pipes from connections to streams that are slow, or end early. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { Writable } from "node:stream";
import { type Connection, createServer } from "../../../src/adapters/sockjs_node.ts";
import { Arrivals, type Cases, CaseSite, runCases } from "../case_site.ts";

export const cases: Cases = {
  "a connection ends with its client if its target was ended while full, and stays open":
    async () => {
      const server = createServer();
      const opened = new Arrivals<Connection>();
      server.on("connection", opened.add);
      await using site = await CaseSite.open((http) =>
        void server.installHandlers(http, { prefix: "/echo" })
      );
      const writes = new Arrivals<() => void>();
      const target = new Writable({
        autoDestroy: false,
        highWaterMark: 1,
        write: (_chunk, _encoding, written) => writes.add(written),
      });
      const socket = await site.connect();
      const connection = await opened.next();
      const closed = once(connection, "close");
      connection.pipe(target);
      socket.send('["one","two"]');
      const written = await writes.next();
      target.end();
      written();
      socket.close();
      assert.equal((await closed)[0].wasClean, true);
    },
};

await runCases(cases);
