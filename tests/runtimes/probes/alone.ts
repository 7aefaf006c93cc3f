/**
 * Probes that need a process of their own, or end it; see `../alone/`.
 *
 * @module
 */

import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bun } from "../here.ts";

/** How such a process ended. */
interface Ended {
  ok: boolean;
  stdout: string;
  stderr: string;
}

/** How long such a process may take, in ms. */
const timeout = 10_000;

function execute(args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout }, (error, stdout, stderr) => {
      resolve({ ok: error === null, stdout: String(stdout), stderr: String(stderr) });
    });
  });
}

function run(script: string, ...args: string[]): Promise<Ended> {
  const path = fileURLToPath(new URL(`../alone/${script}`, import.meta.url));
  const command = bun === undefined ? ["run", "--allow-all"] : ["run"];
  return execute([...command, path, ...args]);
}

/** What a script prints as JSON. */
async function observe(script: string): Promise<unknown> {
  const { stdout, stderr } = await run(script);
  if (stdout === "") throw new Error(`${script} printed nothing but: ${stderr}`);
  return JSON.parse(stdout);
}

/** Whether EventEmitter catches rejections. */
export function caughtRejections() {
  return observe("caught_rejections.ts");
}

/** What becomes of the server when an upgrade's response is not returned. */
export function otherAnswerThanTheUpgrade() {
  return observe("other_answer.ts");
}

/** When `request.signal` aborts, and what the runtime prints of its use. */
export async function requestSignal() {
  const { stdout, stderr } = await run("request_signal.ts");
  return { ...JSON.parse(stdout), warned: stderr.includes("request.signal") };
}

/** Whether the process outlives a websocket listener that throws. */
export async function throwingListeners() {
  const [open, message] = await Promise.all([
    run("throwing_listener.ts", "open"),
    run("throwing_listener.ts", "message"),
  ]);
  return { open: open.ok ? "lives" : "dies", message: message.ok ? "lives" : "dies" };
}
