/** The package's ES modules and its CommonJS build in one process, on one `node:http` server. */

import { createServer } from "node:http";
import { createRequire } from "node:module";
import * as modules from "../../../mod.ts";
import * as adapterModule from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const require = createRequire(import.meta.url);
const common: typeof modules = require("sockjs-web");
const commonAdapter: typeof adapterModule = require("sockjs-web/node");
if (common.Server === modules.Server) throw new Error("There is one build only");

const httpServer = createServer((_req, res) => res.end("application"));
const before = httpServer.rawListeners("request");
const installations = new Map<string, { detach(): void }>();
for (const [of, { createServer }] of Object.entries({ modules, common })) {
  for (const [by, { installHandlers }] of Object.entries({ adapterModule, commonAdapter })) {
    const sockjs = createServer({ prefix: `/${of}/${by}` });
    sockjs.on("connection", (connection) => {
      connection.on("data", (message) => connection.write(message));
    });
    installations.set(of + by, installHandlers(sockjs, httpServer));
  }
}

await serve({ server: httpServer }, {
  prefixes: () =>
    ["modules", "common"].flatMap((of) =>
      ["adapterModule", "commonAdapter"].map((by) => `/${of}/${by}`)
    ),
  /** Takes all away, the oldest first; says whether what was there at first is there again. */
  detach() {
    for (const installation of installations.values()) installation.detach();
    const listeners = httpServer.rawListeners("request");
    return listeners.length === before.length && listeners[0] === before[0];
  },
});
