/** Checks of the files that no program runs here: Containerfiles, and objects of Kubernetes. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { canInstall } from "../support/can_install.ts";
import { copyFolder } from "../support/copy_folder.ts";
import { deploy } from "./example_files.ts";

Deno.test({
  name: "Containerfiles and Kubernetes objects keep to their schemas, and mistakes are found",
  ignore: !canInstall,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "sockjs-web-schemas-" });
    try {
      await copyFolder(new URL("schemas/", import.meta.url), folder);
      const quietly = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
      await run(["npm", "install", ...quietly], { cwd: folder });
      const check = async (...files: string[]) =>
        await run([...await runtimeCommand("node") ?? [], "check.mjs", ...files], { cwd: folder });

      const containers = ["node", "deno", "bun"].map((each) => `docker/${each}.Containerfile`);
      const objects = ["echo", "gateway", "ingress", "redis"].map((each) =>
        `kubernetes/${each}.yaml`
      );
      const files = [...containers, ...objects].map((each) => new URL(each, deploy).pathname);
      assertEquals(await check(...files), "11 checked\n");

      const text = await Deno.readTextFile(new URL("kubernetes/echo.yaml", deploy));
      await Deno.writeTextFile(`${folder}/bad.yaml`, text.replace("replicas: 2", "replicas: two"));
      assertStringIncludes(await check("bad.yaml"), "replicas must be integer");
      await Deno.writeTextFile(`${folder}/bad`, "FROM a\nRUNS b\n");
      assertStringIncludes(await check("bad"), "line 2: Unknown instruction: RUNS");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the time that Kubernetes gives a pod is longer than preStop and drain together", async () => {
  const text = await Deno.readTextFile(new URL("kubernetes/echo.yaml", deploy));
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
  const longest = number(/sleep: \{ seconds: (\d+)/) + number(/DRAIN_SECONDS, value: "(\d+)/) +
    // `close` waits up to 10 s for websockets, and `disconnectDelay` for clients that poll. The bus
    // waits 3 s for its engine.
    number(/SPREAD_SECONDS, value: "(\d+)/) + 10 + 5 + 3;
  assertEquals(number(/terminationGracePeriodSeconds: (\d+)/) > longest, true);
});
