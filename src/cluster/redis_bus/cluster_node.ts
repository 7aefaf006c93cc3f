/**
 * Whether a Redis is a node of a Redis Cluster.
 *
 * @module
 */

/**
 * Why it cannot be used, if it is one: it has only some of the keys, takes no command that names keys
 * of several nodes, and counts only its own subscribers. Where it cannot be asked, nothing is said.
 *
 * @param info asks for a section of what Redis says about itself.
 */
export async function clusterRefusal(
  info: (section: string) => Promise<unknown>,
): Promise<string | undefined> {
  let reply: unknown;
  try {
    reply = await info("cluster");
  } catch {
    return undefined;
  }
  return /^cluster_enabled:1/m.test(String(reply))
    ? "this is a node of a Redis Cluster, and the bus needs a single Redis"
    : undefined;
}
