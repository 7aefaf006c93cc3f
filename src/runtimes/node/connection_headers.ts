/**
 * Headers that are about a connection, not about the answer that comes through it.
 *
 * @module
 */

/** RFC 9110, section 7.6.1, and RFC 9113, section 8.2.2: HTTP/2 has none of them. */
const always: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Those of the names that are of the connection.
 *
 * @param connection the field of that name, which lists others.
 */
export function connectionHeaders(
  names: Iterable<string>,
  connection: string | null | undefined,
): string[] {
  const listed = (connection ?? "").toLowerCase().split(",").map((name) => name.trim());
  return [...names].filter((name) => {
    const lowerCase = name.toLowerCase();
    return always.has(lowerCase) || (lowerCase !== "" && listed.includes(lowerCase));
  });
}
