/**
 * The client's source, for runtimes that can import a file as text. The npm package has
 * source_on_node.ts instead of this file.
 *
 * @module
 */

// Not a static import: JSR refuses static imports of text.
const { default: text } = await import("sockjs-client/dist/sockjs.min.js", {
  with: { type: "text" },
});

/** What browsers load. */
export const source: string = text;
