/**
 * The client's source, where runtimes import texts. The package for npm has
 * source_on_node.ts in the place of this file.
 *
 * @module
 */

// Not a static import: JSR has no texts in those.
const { default: text } = await import("sockjs-client/dist/sockjs.min.js", {
  with: { type: "text" },
});

/** What browsers load. */
export const source: string = text;
