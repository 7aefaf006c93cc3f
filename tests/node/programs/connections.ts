/** A service that reports the fate of its connections. */

import { createServer } from "node:http";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const httpServer = createServer();
let open = 0;
const closed: string[] = [];
const requests: unknown[] = [];
let wake = () => {};
const change = () => new Promise<void>((resolve) => (wake = resolve));

const options = {
  echo: {},
  /** The one whose connections are counted. */
  counted: {},
  off: { websocket: false },
  cookie: {
    jsessionid(request: Request): string | undefined {
      const { method, url, headers } = request;
      const names = ["Cookie", "X-Several", "X-Empty", "X-Latin", "X-Absent"];
      const values = names.map((name) => headers.get(name));
      const has = names.map((name) => headers.has(name));
      const kinds = [request instanceof Request, headers instanceof Headers];
      requests.push({ kinds, method, url, path: new URL(url).pathname, values, has });
      return `JSESSIONID=${headers.get("X-Id") ?? "dummy"}; path=/`;
    },
  },
};
for (const [name, others] of Object.entries(options)) {
  const server = createSockJS({ prefix: `/${name}`, ...others });
  server.on("connection", (connection) => {
    connection.on("data", (message) => connection.write(message));
    if (name !== "counted") return;
    open++;
    wake();
    connection.on("close", ({ code }) => {
      open--;
      closed.push(`${connection.url} ${code}`);
      wake();
    });
  });
  installHandlers(server, httpServer);
}

await serve({ server: httpServer }, {
  /** Waits until that many connections are open. */
  async opened(count) {
    while (open < Number(count)) await change();
  },
  /** Waits until all are closed, and says how they were since that was asked last. */
  async closed() {
    while (open > 0) await change();
    return closed.splice(0).sort();
  },
  /** What the function `jsessionid` was given. */
  requests: () => requests.splice(0),
});
