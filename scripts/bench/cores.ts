/**
 * The CPU cores that this process may use. Servers get the first, the load generator the second.
 *
 * @module
 */

const cores = Deno.build.os === "linux" ? await allowed() : [];

/** The number of the core for servers. */
export const serverCore = cores[0] ?? 0;

/** The number of the core for the load generator: the same where there is only one. */
export const generatorCore = cores[1] ?? serverCore;

/** `0-2,5` in the system's words is 0, 1, 2 and 5. */
async function allowed(): Promise<number[]> {
  const status = await Deno.readTextFile("/proc/self/status");
  const ranges = /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? "";
  return ranges.split(",").flatMap((range) => {
    const [first = NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });
}
