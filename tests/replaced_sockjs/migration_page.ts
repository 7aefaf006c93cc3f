/** Words of the page that lists the differences from `sockjs`. */
const page = await Deno.readTextFile(
  new URL("../../src/adapters/sockjs_node/README.md", import.meta.url),
);

/** Fails unless the page has these words. */
export function assertOnPage(words: string): void {
  if (!page.includes(words)) throw new Error(`The migration page does not have: ${words}`);
}
