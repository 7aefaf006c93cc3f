/**
 * The cores of the machine: servers have the first to themselves, the load generator
 * the second.
 *
 * @module
 */

/** The numbers of those that this process may use. */
export const cores: readonly number[] = Deno.build.os === "linux" ? await allowed() : [];

/** `0-2,5` in the system's words is 0, 1, 2 and 5. */
async function allowed(): Promise<number[]> {
  const status = await Deno.readTextFile("/proc/self/status");
  const ranges = /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? "";
  return ranges.split(",").flatMap((range) => {
    const [first = NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}
