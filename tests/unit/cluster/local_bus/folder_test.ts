import { assertEquals, assertThrows } from "@std/assert";
import { defaultFolder, Folder } from "../../../../src/cluster/local_bus/folder.ts";

async function inFolder(test: (path: string) => void | Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await test(`${parent}/bus`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

Deno.test("the folder is for its user alone, and so is the secret, which the first one makes", () =>
  inFolder((path) => {
    const secret = new Folder(path).secret();
    assertEquals([new Folder(path).secret(), secret.length], [secret, 64]);
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o700);
    assertEquals(Deno.statSync(`${path}/secret`).mode! & 0o777, 0o600);
    assertEquals(names(path), ["secret"]);
  }));

Deno.test("a folder that others may enter, and a file in its place, are refused", () =>
  inFolder(async (path) => {
    await Deno.mkdir(path);
    await Deno.chmod(path, 0o750);
    assertThrows(() => new Folder(path), Error, "its mode must be 700");
    await Deno.remove(path);
    await Deno.symlink("/tmp", path);
    assertThrows(() => new Folder(path), Error);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "");
    assertThrows(() => new Folder(path), Error);
  }));

Deno.test("each registry has a higher number than the last, and each number goes to one member", () =>
  inFolder((path) => {
    const folder = new Folder(path);
    assertEquals(folder.list(), { members: [], registry: undefined });
    assertEquals([folder.becomeRegistry("a", 1), folder.becomeRegistry("b", 1)], [true, false]);
    assertEquals(folder.list().registry, { number: 1, id: "a" });
    assertEquals(folder.becomeRegistry("b", 2), true);
    // A member that has seen only the first one, long ago.
    assertEquals(folder.becomeRegistry("c", 1), false);
    assertEquals(folder.list().registry, { number: 2, id: "b" });
    assertEquals(names(path), ["registry-2"]);
  }));

Deno.test("members are found once they are shown, and what killed processes leave is removed later", () =>
  inFolder((path) => {
    const folder = new Folder(path);
    Deno.writeTextFileSync(folder.hiddenSocket("a"), "");
    Deno.writeTextFileSync(folder.hiddenSocket("b"), "");
    assertEquals(folder.list().members, []);
    folder.show("a");
    assertEquals([folder.list().members, folder.hasSocket("a")], [["a"], true]);
    const old = new Date(Date.now() - 60_000);
    Deno.utimeSync(folder.hiddenSocket("b"), old, old);
    folder.list();
    folder.removeSocket("a");
    folder.removeSocket("a");
    assertEquals(names(path), []);
  }));

Deno.test("a path that is too long for a socket is an error that says so", () =>
  inFolder((path) => {
    const folder = new Folder(`${path}/${"x".repeat(100)}`);
    assertThrows(() => folder.socket("a"), Error, "is too long for a socket");
  }));

Deno.test("the default folder depends on the name alone", () => {
  assertEquals(defaultFolder("a"), defaultFolder("a"));
  assertEquals(defaultFolder("a") === defaultFolder("b"), false);
});
