/** A test of the program that documents use to check a deployment. */

import { assertEquals } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { behind, clientTransports } from "./behind.ts";
import { deploy } from "./example_files.ts";
import { Proxy } from "./proxy.ts";
import { Site } from "./site.ts";

for (const file of ["by_url.cfg", "by_jsessionid.cfg", "by_cookie.cfg"]) {
  behind("haproxy", "node24", `${file} keeps the sessions of check.mjs together`, async () => {
    const site = await Site.pair("node24");
    await using proxy = await Proxy.haproxy(file, site.ports);
    const node = await runtimeCommand("node24") ?? [];
    const check = new URL("check.mjs", deploy).pathname;
    const printed = await run([...node, check, `${proxy.address}/echo`]);
    assertEquals(printed, clientTransports.map((each) => `${each}: hello\n`).join(""));
  });
}
