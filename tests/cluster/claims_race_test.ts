/**
 * Racers for claims of a local bus, while the member that keeps the claims is killed or frozen again
 * and again: no key has two holders, unless the former one was told that its claims may be gone.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { SeededRandom } from "../support/seeded_random.ts";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

const runtimes = ["deno", "bun", "node24", "node20"] as const;
const peerTimeout = 1000;
const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 1e9));

/** Members with their ids. */
class Racers {
  readonly folder = Deno.makeTempDirSync({ prefix: "bus-" });
  readonly members: { id: string; bus: BusProcess }[] = [];

  names(end: string): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name)
      .filter((name) => name.includes(end));
  }

  async open(runtime: (typeof runtimes)[number]): Promise<void> {
    const before = this.names(".sock");
    const bus = await BusProcess.start(runtime, { name: "race", folder: this.folder, peerTimeout });
    const isNew = (name: string) => !before.includes(name);
    await until(() => this.names(".sock").some(isNew));
    this.members.push({ id: this.names(".sock").find(isNew)!.slice(0, 16), bus });
  }

  /** Where the registry is among the members. */
  registry(): number {
    const [name] = this.names("registry-");
    const id = Deno.readTextFileSync(`${this.folder}/${name}`);
    return this.members.findIndex((member) => member.id === id);
  }

  /** What a member believes to hold, it holds. */
  async agree(): Promise<void> {
    const { bus } = this.members[0]!;
    await until(async () => await bus.claim("settled", "x", 1).catch(() => "") !== "");
    const owners = new Map<string, string>();
    for (const { bus } of this.members) {
      for (const [key, value] of await bus.call<[string, string][]>("held")) {
        assertEquals([key, owners.get(key)], [key, undefined], "It has two holders");
        owners.set(key, value);
      }
    }
    for (const [key, value] of owners) assertEquals([key, await bus.find(key)], [key, value]);
  }
}

Deno.test(`no key has two holders, however the registry ends (seed ${seed})`, async () => {
  const random = new SeededRandom(seed);
  const racers = new Racers();
  for (const runtime of runtimes) await racers.open(runtime);
  for (let round = 0; round < 6; round++) {
    const keys = [`${round} a`, `${round} b`, "always the same"];
    const race = () =>
      Promise.allSettled(Array.from({ length: 50 }, (_, at) => {
        const { bus } = racers.members[at % runtimes.length]!;
        return bus.call("hold", keys[at % keys.length], `racer ${at} of ${round} in ${bus.pid}`);
      }));
    const racing = race();
    await new Promise((resolve) => setTimeout(resolve, random.below(20)));
    await until(() => racers.names("registry-").length === 1);
    const at = racers.registry();
    const { bus } = racers.members[at]!;
    if (round % 2 === 0) {
      racers.members.splice(at, 1);
      await bus.kill();
      await racing;
      await racers.open(bus.runtime as (typeof runtimes)[number]);
    } else {
      bus.signal("SIGSTOP");
      // Less than the others wait for it, or more.
      const time = round === 1 ? peerTimeout / 2 : 6 * peerTimeout;
      await new Promise((resolve) => setTimeout(resolve, time));
      const others = race();
      bus.signal("SIGCONT");
      await Promise.all([racing, others]);
    }
    await race();
    await racers.agree();
  }
  for (const { bus } of racers.members) await bus.close();
  await Deno.remove(racers.folder, { recursive: true });
});
