/**
 * What runtimes print when a server ends the response of a client that has stopped reading.
 *
 * @module
 */

const reason = "The client stopped reading, so its response was aborted";

/** Deno and Bun print the reason; Bun also prints source lines. */
export const cutOff = new RegExp(
  `^\\[Error: ${reason}\\]\\n|(?:^ *\\d+ \\| .*\\n)*^ *\\^\\nerror: ${reason}\\n(?: +at .*\\n)*\\n?`,
  "gm",
);
