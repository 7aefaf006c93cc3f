/**
 * Whether Redis may throw claims away when its memory is full.
 *
 * @module
 */

/**
 * Tells of a policy that harms. Where it cannot be asked for, nothing is told.
 *
 * @param info asks for a section of what Redis says about itself. CONFIG is often forbidden.
 */
export async function tellPolicy(
  info: (section: string) => Promise<unknown>,
  tell: (message: string) => void,
): Promise<void> {
  let reply: unknown;
  try {
    reply = await info("memory");
  } catch {
    return;
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(String(reply))?.[1];
  if (policy === undefined || policy === "noeviction") return;
  tell(
    `Redis may throw claims of sessions away: its maxmemory-policy is ${policy}, and should be noeviction`,
  );
}
