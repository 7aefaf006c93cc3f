/**
 * Members of a local bus that are killed, frozen, started and ended at random, while they subscribe,
 * unsubscribe, publish and claim. In the end they have to agree.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

const runtimes: readonly RuntimeName[] = ["deno", "bun", "node24", "node20"];
const channels = ["a", "b", "c", "d"];
const keys = Array.from({ length: 20 }, (_, at) => `key ${at}`);
const peerTimeout = 1000;

/** A member, with the channels that it subscribes to. */
class Member {
  readonly bus: BusProcess;
  readonly listeners = new Map<string, (payload: string) => void>();
  readonly got: string[] = [];
  /** How often it was told that messages may be missing. */
  gaps = 0;

  constructor(bus: BusProcess) {
    this.bus = bus;
    bus.watch({ back: () => this.gaps++ });
  }

  async toggle(channel: string): Promise<void> {
    const listener = this.listeners.get(channel);
    if (listener !== undefined) {
      this.listeners.delete(channel);
      return await this.bus.unsubscribe(channel, listener);
    }
    const added = (payload: string) => this.got.push(payload);
    this.listeners.set(channel, added);
    await this.bus.subscribe(channel, added);
  }
}

/** Goes on for so many milliseconds, then checks that all agree, and that nothing is left. */
export async function churn(seed: number, time: number): Promise<void> {
  const random = new SeededRandom(seed);
  const folder = await Deno.makeTempDir({ prefix: "churn-" });
  const start = async (runtime = random.pick(runtimes)) =>
    new Member(await BusProcess.start(runtime, { name: "churn", folder, peerTimeout }));
  const members: Member[] = [];
  for (const runtime of runtimes) members.push(await start(runtime));
  await agree(members);
  const sockets = new Map(members.map(({ bus }) => [bus.runtime, socketsOf(bus.pid)]));
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const pending = new Set<Promise<unknown>>();
  const run = (call: Promise<unknown>) => {
    const settled = call.catch(() => {}).finally(() => pending.delete(settled));
    pending.add(settled);
  };
  const end = performance.now() + time;
  try {
    while (performance.now() < end) {
      const at = random.below(members.length);
      const member = members[at]!;
      const what = random.below(20);
      if (what === 0) {
        await member.bus.kill();
        members[at] = await start();
      } else if (what === 1) {
        await member.bus.close();
        members[at] = await start();
      } else if (what === 2) {
        member.bus.signal("SIGSTOP");
        await pause(random.below(2) === 0 ? 500 : 4 * peerTimeout);
        member.bus.signal("SIGCONT");
      } else if (what < 12) run(member.toggle(random.pick(channels)));
      else if (what < 16) run(member.bus.publish(random.pick(channels), "x"));
      else run(member.bus.call("hold", random.pick(keys), `${member.bus.pid}`));
      if (random.below(4) === 0) await pause(random.below(100));
    }
    await Promise.all(pending);
    await agree(members);
    await agreeOnClaims(members);
    await noLeaks(folder, members);
    await noOpenSockets(members, sockets);
  } catch (error) {
    throw new Error(`With seed ${seed}`, { cause: error });
  } finally {
    await Promise.all(members.map(({ bus }) => bus.close()));
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whoever publishes reaches exactly the members that subscribe, and a claim has one holder. */
async function agree(members: readonly Member[]): Promise<void> {
  for (const channel of channels) {
    const wanted = members.filter(({ listeners }) => listeners.has(channel));
    await until(async () => {
      const counts = await Promise.all(members.map(({ bus }) => bus.publish(channel, "counted")));
      return counts.every((count) => count === wanted.length);
    });
    const gaps = () => members.reduce((sum, member) => sum + member.gaps, 0);
    const all = members.map((_, at) => `last of ${at}`);
    for (let before = -1; before !== gaps();) {
      before = gaps();
      for (const { got } of members) got.length = 0;
      await Promise.all(members.map(({ bus }, at) => bus.publish(channel, `last of ${at}`)));
      for (const member of members) {
        const expected = wanted.includes(member) ? all : [];
        const got = () => member.got.filter((text) => text !== "counted").sort();
        // On a busy machine, a member may miss something even now; but then it is told.
        await until(() => got().length >= expected.length || before !== gaps());
        if (before === gaps()) assertEquals(got(), expected);
      }
    }
  }
  const key = crypto.randomUUID();
  const holders = await Promise.all(
    members.map(({ bus }) => bus.claim(key, `${bus.pid}`, 60_000)),
  );
  assertEquals(new Set(holders).size, 1);
}

/** What a member believes to hold, it holds. */
async function agreeOnClaims(members: readonly Member[]): Promise<void> {
  for (const { bus } of members) {
    for (const [key, value] of await bus.call<[string, string][]>("held")) {
      assertEquals([key, await members[0]!.bus.find(key)], [key, value]);
    }
  }
}

/** How many sockets a process has open, where the system tells it. */
function socketsOf(pid: number): number {
  if (Deno.build.os !== "linux") return 0;
  let count = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    try {
      if (Deno.readLinkSync(`/proc/${pid}/fd/${name}`).startsWith("socket:")) count++;
    } catch {
      // It was closed meanwhile.
    }
  }
  return count;
}

/** No more sockets than the first members had, one of each runtime. */
async function noOpenSockets(
  members: readonly Member[],
  before: ReadonlyMap<RuntimeName, number>,
): Promise<void> {
  for (const { bus } of members) {
    await until(() => socketsOf(bus.pid) <= before.get(bus.runtime)!);
  }
}

/** A socket for each member, the secret, and one registry. */
async function noLeaks(folder: string, members: readonly Member[]): Promise<void> {
  const expected = [...members.map(() => ".sock"), "registry", "secret"].sort();
  const found = () =>
    [...Deno.readDirSync(folder)].map(({ name }) => /^[a-z]+(?=-|$)|\.\w+$/.exec(name)![0]).sort();
  try {
    await until(() => found().length === expected.length);
  } catch {
    // The comparison says what is wrong.
  }
  assertEquals(found(), expected);
}
