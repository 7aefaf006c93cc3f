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

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(16)) as [string, string, string];

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
    assertEquals([folder.becomeRegistry(a, 1), folder.becomeRegistry(b, 1)], [true, false]);
    assertEquals(folder.list().registry, { number: 1, id: a });
    assertEquals(folder.becomeRegistry(b, 2), true);
    // A member that has seen only the first one, long ago.
    assertEquals(folder.becomeRegistry(c, 1), false);
    assertEquals(folder.list().registry, { number: 2, id: b });
    assertEquals(names(path), ["registry-2"]);
  }));

Deno.test("members are found once they are shown, and what killed processes leave is removed later", () =>
  inFolder((path) => {
    const folder = new Folder(path);
    const listener = Deno.listen({ transport: "unix", path: folder.hiddenSocket(a) });
    Deno.writeTextFileSync(folder.hiddenSocket(b), "");
    assertEquals(folder.list().members, []);
    folder.show(a);
    assertEquals([folder.list().members, folder.hasSocket(a)], [[a], true]);
    const old = new Date(Date.now() - 60_000);
    Deno.utimeSync(folder.hiddenSocket(b), old, old);
    folder.list();
    folder.removeSocket(a);
    folder.removeSocket(a);
    listener.close();
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

Deno.test("files of other programs are no members and no registry, and stay", () =>
  inFolder((path) => {
    const folder = new Folder(path);
    const foreign = [
      "x.sock",
      "ABCDEFABCDEFABCD.sock",
      `${a}x.sock`,
      "registry-",
      "registry-0",
      "registry-1e300",
      "registry-99999999999999999999",
      "registry-1.draft",
      "notes.new",
      "notes.draft",
    ];
    const old = new Date(Date.now() - 60_000);
    for (const name of foreign) {
      Deno.writeTextFileSync(`${path}/${name}`, "");
      Deno.utimeSync(`${path}/${name}`, old, old);
    }
    assertEquals(folder.list(), { members: [], registry: undefined });
    assertEquals(folder.becomeRegistry(a, 1), true);
    assertEquals(folder.list().registry, { number: 1, id: a });
    assertEquals(names(path), [...foreign, "registry-1"].sort());
  }));

Deno.test("a registry file that names no member is followed by another one", () =>
  inFolder((path) => {
    const folder = new Folder(path);
    Deno.symlinkSync("/nowhere", `${path}/registry-7`);
    assertEquals(folder.list().registry, { number: 7, id: "" });
    assertEquals([folder.becomeRegistry(a, 7), folder.becomeRegistry(a, 8)], [false, true]);
    assertEquals(folder.list().registry, { number: 8, id: a });
  }));

Deno.test("a secret that is missing or broken is made again, and one that is there holds", () =>
  inFolder(async (path) => {
    const folder = new Folder(path);
    const secret = folder.secret();
    const log: string[] = [];
    const restore = (known = secret) => folder.restore(known, (message) => log.push(message));
    assertEquals([restore(), log], [secret, []]);
    Deno.removeSync(`${path}/secret`);
    assertEquals([restore(), log.length], [secret, 1]);
    Deno.writeTextFileSync(`${path}/secret`, "");
    assertEquals(restore(), secret);
    Deno.removeSync(`${path}/secret`);
    await new Deno.Command("mkfifo", { args: [`${path}/secret`] }).output();
    assertEquals(restore(), secret);
    const other = "0".repeat(64);
    assertEquals(restore(other), secret);
    Deno.removeSync(path, { recursive: true });
    assertEquals([restore(other), new Folder(path).secret()], [other, other]);
    assertEquals(restore(secret), other);
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o700);
  }));

Deno.test("a folder that became another user's, or open to others, is used no more", () =>
  inFolder(async (path) => {
    const folder = new Folder(path);
    const secret = folder.secret();
    await Deno.chmod(path, 0o755);
    assertThrows(() => folder.list(), Error, "its mode must be 700");
    assertThrows(() => folder.restore(secret, () => {}), Error, "its mode must be 700");
    await Deno.remove(path, { recursive: true });
    await Deno.mkdir(`${path}-other`, { mode: 0o700 });
    await Deno.symlink(`${path}-other`, path);
    assertThrows(() => folder.restore(secret, () => {}), Error, "is not a folder, but a link");
    assertThrows(() => folder.list(), Error, "is not a folder, but a link");
  }));

Deno.test("what cannot be written is an error, and leaves no draft", () =>
  inFolder((path) => {
    const folder = new Folder(path);
    Deno.mkdirSync(`${path}/secret`);
    assertThrows(() => folder.secret(), Error);
    assertEquals(names(path), ["secret"]);
    const error = Object.assign(new Error("open '/x/1234.draft'"), { code: "ENOSPC" });
    assertEquals(folder.explain("Cannot write", error), `Cannot write: ENOSPC in ${path}`);
    assertEquals(folder.explain("Cannot write", new Error("why")), "Cannot write: why");
  }));
