/**
 * What happens to the folder of a local bus while its members run: they stay linked, put back what is
 * missing, and new members find them. There is a member on each runtime.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

const runtimes = ["deno", "bun", "node24", "node20"] as const;
const holder = "the holder";

/** Members that the tests share. What one test breaks has to be whole for the next one. */
class Cluster {
  readonly folder = Deno.makeTempDirSync({ prefix: "bus-" });
  readonly members: BusProcess[] = [];
  readonly got: string[][] = [];
  /** How often any of them was told of an interruption. */
  interruptions = 0;

  async start(): Promise<void> {
    for (const runtime of runtimes) {
      const member = await this.open(runtime);
      const got: string[] = [];
      await member.subscribe("channel", (payload) => got.push(payload));
      member.watch({ back: () => this.interruptions++ });
      this.members.push(member);
      this.got.push(got);
    }
    assertEquals(await this.members[0]!.claim("key", holder, 600_000), holder);
  }

  open(runtime: (typeof runtimes)[number] = "deno"): Promise<BusProcess> {
    return BusProcess.start(runtime, { name: "test", folder: this.folder });
  }

  names(): string[] {
    try {
      return [...Deno.readDirSync(this.folder)].map(({ name }) => name).sort();
    } catch {
      // It is deleted at the moment.
      return [];
    }
  }

  sockets(): string[] {
    return this.names().filter((name) => name.endsWith(".sock"));
  }

  /** Waits until each reaches all, and all agree who holds the key. */
  async isWhole(members: readonly BusProcess[] = this.members): Promise<void> {
    for (const member of members) {
      await until(async () => await member.publish("channel", "counted") === this.members.length);
      await until(async () => await member.find("key").catch(() => "") === holder);
    }
  }

  /** Starts a member, which has to find all others. */
  async finds(runtime: (typeof runtimes)[number] = "deno"): Promise<void> {
    const late = await this.open(runtime);
    await this.isWhole([late]);
    const text = crypto.randomUUID();
    await late.publish("channel", text);
    for (const got of this.got) await until(() => got.includes(text));
    await late.close();
  }

  /** The folder holds what it should. */
  async isTidy(): Promise<void> {
    await until(() => {
      const names = this.names();
      return this.sockets().length === this.members.length &&
        names.length === this.members.length + 2 && names.includes("secret") &&
        names.some((name) => /^registry-\d+$/.test(name));
    });
  }

  async stop(): Promise<void> {
    for (const member of this.members) await member.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

let cluster: Cluster;
Deno.test.beforeAll(async () => {
  cluster = new Cluster();
  await cluster.start();
});
Deno.test.afterAll(() => cluster.stop());

const faults: Record<string, (folder: string) => void | Promise<void>> = {
  "the folder is deleted": (folder) => Deno.removeSync(folder, { recursive: true }),
  "the sockets of all members are deleted"(folder) {
    for (const name of cluster.sockets()) Deno.removeSync(`${folder}/${name}`);
  },
  "the secret is deleted": (folder) => Deno.removeSync(`${folder}/secret`),
  "the secret is replaced": (folder) => Deno.writeTextFile(`${folder}/secret`, "0".repeat(64)),
  "the registry file is deleted"(folder) {
    Deno.removeSync(`${folder}/${cluster.names().find((name) => name.startsWith("registry-"))}`);
  },
  async "the sockets of all members are replaced by files of other kinds"(folder) {
    const [file, pipe, link, other] = cluster.sockets().map((name) => `${folder}/${name}`);
    // Each is replaced at once, for members put back what is missing.
    const made = `${folder}-made`;
    const replace = (path: string) => Deno.renameSync(made, path);
    await Deno.writeTextFile(made, "");
    replace(file!);
    await new Deno.Command("mkfifo", { args: [made] }).output();
    replace(pipe!);
    await Deno.symlink("/nowhere", made);
    replace(link!);
    await Deno.symlink(file!, made);
    replace(other!);
  },
};

for (const [at, [name, run]] of Object.entries(faults).entries()) {
  Deno.test(`when ${name}, members stay linked, put it back, and new ones find them`, async () => {
    const before = cluster.interruptions;
    await run(cluster.folder);
    await cluster.isTidy();
    await cluster.isWhole();
    assertEquals(cluster.interruptions, before);
    // One that starts before all is put back may begin without the others. Then it tells a gap.
    await run(cluster.folder);
    await cluster.finds(runtimes[at % runtimes.length]);
    await cluster.isWhole();
    await cluster.isTidy();
  });
}

Deno.test("files that are not the bus's own are left alone, however many", async () => {
  const foreign = Array.from({ length: 10_000 }, (_, at) => `${cluster.folder}/file-${at}.sock`);
  for (const path of foreign) Deno.writeTextFileSync(path, "");
  const folder = `${cluster.folder}/${"0".repeat(16)}.sock`;
  Deno.mkdirSync(folder);
  const [first] = cluster.sockets().filter((name) => /^[0-9a-f]{16}\.sock$/.test(name)).slice(1);
  const copy = `${cluster.folder}/${"f".repeat(16)}.sock`;
  Deno.linkSync(`${cluster.folder}/${first}`, copy);
  await cluster.finds();
  await cluster.isWhole();
  await until(() =>
    cluster.members.some(({ warnings }) =>
      warnings.some((line) => line.startsWith("Cannot remove a socket of the bus"))
    )
  );
  for (const path of [...foreign, folder, copy]) Deno.removeSync(path);
  await cluster.finds();
  await cluster.isTidy();
});

Deno.test("members go on without their folder, and find new ones when it is theirs again", async () => {
  await Deno.rename(cluster.folder, `${cluster.folder}-away`);
  await Deno.writeTextFile(cluster.folder, "");
  const isRefused = (member: BusProcess) =>
    member.claim("other", "x", 1000).then(() => false, () => true);
  await Promise.all(cluster.members.map(async (member) => {
    // Each looks at the folder from time to time.
    await until(() => isRefused(member));
    assertEquals(await member.publish("channel", "x"), cluster.members.length);
  }));
  for (const { warnings } of cluster.members) {
    assert(warnings.some((line) => line.startsWith("Cannot use the folder of the bus")));
  }
  await until(() => {
    try {
      // Members may make a new folder in between.
      Deno.removeSync(cluster.folder, { recursive: true });
      Deno.renameSync(`${cluster.folder}-away`, cluster.folder);
      return true;
    } catch {
      return false;
    }
  });
  await cluster.finds();
  await cluster.isWhole();
  await cluster.isTidy();
});

Deno.test("each member logs a line for all that it puts back, but not again and again", async () => {
  for (let count = 0; count < 2; count++) {
    await Deno.remove(cluster.folder, { recursive: true });
    await cluster.isTidy();
  }
  // On a busy machine, one may have been silent for a while, and be so again.
  const isOfFolder = (line: string) => !/^Process \d+ of the bus/.test(line);
  const lines = cluster.members.map(({ warnings }) => warnings.filter(isOfFolder));
  for (const own of lines) assertEquals(own.length, new Set(own).size);
  for (
    const start of [
      "Cannot remove a socket of the bus",
      "Cannot use the folder of the bus",
      "The folder of the bus",
      "The registry file of the bus",
      "The secret of the bus",
      "The socket of this member of the bus",
    ]
  ) assert(lines.flat().some((line) => line.startsWith(start)), start);
});
