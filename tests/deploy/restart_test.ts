/** Tests of a rolling restart: three processes end and start again, one after another. */

import { assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { behind } from "./behind.ts";
import { Proxy } from "./proxy.ts";
import { names, RestartingSite } from "./restarting_site.ts";

/** The service of these tests has another prefix than the examples. */
const withPrefix = (text: string) => text.replaceAll("/echo/", "/process/");

/** Clients that come after each restart. */
const newcomers = 10;

behind("haproxy", "deno", "a rolling restart costs no session on another process", async () => {
  await using site = await RestartingSite.start((ports) =>
    Proxy.haproxy("by_url.cfg", ports, withPrefix)
  );
  for (const name of names) {
    await site.stop(name);
    await site.startAgain(name);
    await until(async () => await site.proxy.statistic("sockjs", name, "status") === "UP");
    await site.open(newcomers);
    await site.allEcho();
  }
  assertEquals(site.clients.flatMap(({ losses }) => losses), []);
  assertEquals(await site.proxy.serverErrors(), 0);
});

behind("nginx", "deno", "a rolling restart costs no session on another process", async () => {
  const withNames = (ports: number[]) => (text: string) =>
    withPrefix(text)
      .replace("(?<sockjs_process>one|two)", `(?<sockjs_process>${names.join("|")})`)
      .replace(
        /^ {4}one 127.*\n {4}two .*\n/m,
        names.map((name, at) => `    ${name} 127.0.0.1:${ports[at]};\n`).join(""),
      );
  await using site = await RestartingSite.start(
    (ports) => Proxy.nginx(ports, withNames(ports)),
    "http://localhost:8080/NAME/process",
  );
  for (const name of names) {
    await site.stop(name);
    await site.startAgain(name);
    await site.open(newcomers);
    await site.allEcho();
  }
  assertEquals(site.clients.flatMap(({ losses }) => losses), []);
  assertEquals(await site.proxy.serverErrors(), 0);
});
