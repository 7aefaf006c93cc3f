/**
 * Installs the packages that tasks need. Says so the first time, which takes a while. Has no imports
 * that would have to be installed before.
 *
 * @module
 */

const root = new URL("../", import.meta.url);

const isFirst = await Deno.stat(new URL("node_modules/", root)).then(() => false, () => true);
if (isFirst) {
  console.error(
    "Installing what tests and examples use; the first time takes about half a minute.",
  );
}
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["install", "--quiet"],
  cwd: root,
  stdin: "null",
}).spawn().status;
Deno.exit(code);
