/**
 * The client's source, for runtimes that can import a file as text. The package for npm has
 * source_on_node.ts in the place of this file.
 *
 * @module
 */

// Not a static import: JSR refuses static imports of text.
const { default: text } = await import("sockjs-client/dist/sockjs.min.js", {
  with: { type: "text" },
});

/** What browsers load. */
export const source: string = text;
