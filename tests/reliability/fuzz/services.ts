/**
 * The prefixes of the services under fuzz.
 *
 * @module
 */

/** Their base URLs. */
export const prefixes = {
  echo: "/echo",
  brief: "/brief",
  narrow: "/narrow",
  few: "/few",
  ofOneOrigin: "/of_one_origin",
  judged: "/judged",
  closing: "/closing",
  throwing: "/throwing",
} as const;

/** All that requests go to, of which one service has several. */
export const bases: readonly string[] = [
  ...Object.values(prefixes),
  "/one%20pattern",
  "/other%20pattern",
];
