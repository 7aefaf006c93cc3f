import { run } from "../../scripts/run.ts";

/** Whether the packages can be had, or have to be: then installing them fails instead. */
export const canInstall: boolean = Deno.env.get("CI") === "true" || await hasRegistry();

async function hasRegistry(): Promise<boolean> {
  try {
    await run(["npm", "view", "--fetch-retries=0", "--fetch-timeout=10000", "ws", "version"]);
    return true;
  } catch {
    console.log("There is no registry of npm: tests that install packages are skipped");
    return false;
  }
}
