import { assert, assertEquals } from "@std/assert";
import { npm, root } from "../../scripts/npm_package/project.ts";
import {
  digest,
  isFresh,
  readSources,
  type Source,
  writeStamp,
} from "../../scripts/npm_package/stamp.ts";

const digests = (sources: readonly (readonly Source[])[]) => Promise.all(sources.map(digest));

Deno.test("sources have another digest when a name, a text or their border changes", async () => {
  const different = await digests([
    [["a", "b"]],
    [["b", "a"]],
    [["ab", ""]],
    [["a", "b"], ["c", ""]],
    [["a", "b"], ["c", "d"]],
  ]);
  assertEquals(new Set(different).size, different.length);
});

Deno.test("a folder stands for all files in it, in the order of their paths", async () => {
  const paths = (await readSources(["tests/scripts/", "deno.json"])).map(([path]) => path);
  assert(paths.includes("tests/scripts/stamp_test.ts"));
  assertEquals(paths, [...paths].sort());
  assertEquals(paths[0], "deno.json");
});

Deno.test("a build is fresh until a source changes or is deleted", async () => {
  await Deno.mkdir(npm, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: npm.pathname });
  try {
    const stamp = new URL(`file://${folder}/stamp.json`);
    const source = `${folder.slice(root.pathname.length)}/source`;
    assertEquals(await isFresh(stamp), false, "nothing is made");

    await Deno.writeTextFile(`${folder}/source`, "one");
    await writeStamp(stamp, [source], await readSources([source]));
    assertEquals(await isFresh(stamp), true);

    await Deno.writeTextFile(`${folder}/source`, "two");
    assertEquals(await isFresh(stamp), false, "it has changed");
    await Deno.remove(`${folder}/source`);
    assertEquals(await isFresh(stamp), false, "it is gone");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
