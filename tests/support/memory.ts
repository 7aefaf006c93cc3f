/**
 * Reads the memory of a server's process from Linux.
 *
 * @module
 */

/** Whether this system reports it. */
export const reportsMemory = Deno.build.os === "linux";

/** Bytes that a process has in memory, or has had at most since `forgetPeak`. */
export async function memoryOf(pid: number, what: "now" | "peak"): Promise<number> {
  const name = what === "now" ? "VmRSS" : "VmHWM";
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const [, kibibytes] = new RegExp(`^${name}:\\s*([0-9]+) kB$`, "m").exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`No ${name} is known of process ${pid}`);
  return Number(kibibytes) * 1024;
}

/** The peak is what is there now. */
export async function forgetPeak(pid: number): Promise<void> {
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
}
