/** What programs get that load the package `sockjs-node-web` under the name of `sockjs`. */

import { assertEquals } from "@std/assert";
import { nodePackage } from "../../scripts/node_programs.ts";
import { dropInName } from "../../scripts/npm_package/package_json.ts";
import { npm } from "../../scripts/npm_package/project.ts";
import { run } from "../../scripts/run.ts";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { presentHosts } from "../support/hosts.ts";

const programs = {
  "required.cjs": `
    const sockjs = require("sockjs");
    const names = [];
    for (const name in sockjs) names.push(name);
    console.log(JSON.stringify({
      names,
      marked: ["__esModule", "default"].filter((name) => name in sockjs),
      server: sockjs.createServer() instanceof sockjs.Server,
      same: require("sockjs/lib/sockjs") === sockjs && require("sockjs/lib/sockjs.js") === sockjs,
      session: typeof require("sockjs/lib/transport").Session,
      named: require("sockjs/package.json").name,
    }));
  `,
  "imported.mjs": `
    import sockjs from "sockjs";
    import * as all from "sockjs";
    import { createServer, listen, Server } from "sockjs";
    import { createRequire } from "node:module";
    import { Session } from "sockjs/lib/transport.js";
    const require = createRequire(import.meta.url);
    console.log(JSON.stringify({
      names: Object.keys(sockjs),
      same: sockjs === require("sockjs") && all.default === sockjs,
      named: createServer === sockjs.createServer && listen === sockjs.listen,
      server: createServer() instanceof Server && all.createServer === createServer,
      session: Session === require("sockjs/lib/transport").Session,
    }));
  `,
};

const names = ["createServer", "listen"];
const expected: Record<keyof typeof programs, object> = {
  "required.cjs": {
    names,
    marked: [],
    server: true,
    same: true,
    session: "function",
    named: dropInName,
  },
  "imported.mjs": { names, same: true, named: true, server: true, session: true },
};

for (const runtime of ["node20", "node22", "node24", "bun", "deno"] as const) {
  Deno.test({
    name: `${runtime}: sockjs-node-web has the enumerable names of sockjs, for import and require`,
    ignore: !presentHosts.has(runtime),
    async fn() {
      const command = await runtimeCommand(runtime) ?? [];
      await nodePackage();
      const folder = await Deno.realPath(await Deno.makeTempDir());
      try {
        await Deno.writeTextFile(`${folder}/package.json`, "{}");
        await Deno.mkdir(`${folder}/node_modules`);
        await Deno.symlink(new URL(dropInName, npm), `${folder}/node_modules/sockjs`);
        for (const [name, text] of Object.entries(programs)) {
          await Deno.writeTextFile(`${folder}/${name}`, text);
          const printed = await run([...command, name], { cwd: folder });
          assertEquals(JSON.parse(printed), expected[name as keyof typeof programs]);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
