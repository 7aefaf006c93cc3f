/**
 * What a cluster still holds when all visitors are gone.
 *
 * @module
 */

import type { Bus } from "../../../src/adapters/cluster.ts";
import { sessionHash } from "../../../src/carrying/claim_value.ts";
import { sleep } from "../soak/lives.ts";
import { descriptorsOf } from "../soak/server_state.ts";
import { type Counts, options } from "./application.ts";
import { type Member, type Members, runtimes } from "./members.ts";
import type { Visitors } from "./visitors.ts";

/** What one member holds. */
export interface Rest {
  readonly name: string;
  readonly connections: number;
  /** Connections that are over, and that something in the process still holds. */
  readonly held: number;
  readonly timers: number;
  readonly descriptors: number;
  /** Bytes of JavaScript. */
  readonly heap: number;
}

/** What the keys of claims begin with. */
export const claimStart = "sj:soak:s:";

/** Members that do not answer in so many ms have too much to do. */
const busyTime = 1000;
/** How long members may take to be rid of clients that are gone, in ms. */
const timeLimit = 60_000;
/** A time in which members that carry nothing publish nothing, in ms. Links with exchanges ask each other more often. */
const quietTime = 4000;

/** Takes what members say of connections that are over. */
export async function collectEnded(members: Members, visitors: Visitors): Promise<number> {
  let stall = 0;
  await Promise.all(members.current.map(async (member) => {
    if (member.isFrozen || member.isGone) return;
    const counts = await whileWatched(member, () => member.counts("counts"));
    // Of one that is gone meanwhile, some visits have been settled without.
    if (counts === undefined || member.isGone) return;
    stall = Math.max(stall, counts.stall);
    visitors.reportEnded(counts.ended);
  }));
  return stall;
}

/** Notes whether a member is too busy to answer: it may fail its clients then, as one that is frozen. */
async function whileWatched(
  member: Member,
  ask: () => Promise<Counts>,
): Promise<Counts | undefined> {
  let trouble: { to: number } | undefined;
  const timer = setTimeout(() => {
    if (!member.isFrozen && !member.isGone) trouble = member.troubledByLoad();
  }, busyTime);
  try {
    return await ask();
  } catch {
    // It is gone.
  } finally {
    clearTimeout(timer);
    if (trouble !== undefined) trouble.to = performance.now() + member.settling;
  }
}

/** Waits until members have no connections; what each of them holds then. */
export async function restOf(members: Members, visitors: Visitors): Promise<Rest[]> {
  const deadline = performance.now() + timeLimit;
  let rests: Rest[] = [];
  do {
    await sleep(1000);
    rests = await Promise.all(members.current.map((member) => restOfOne(member, visitors)));
  } while (!rests.every(isAtRest) && performance.now() < deadline);
  return rests;
}

/** Whether nothing is left of any client. */
export function isAtRest({ connections, held }: Rest): boolean {
  return connections === 0 && held === 0;
}

async function restOfOne(member: Member, visitors: Visitors): Promise<Rest> {
  // Its own connection must end before descriptors are counted.
  const { connections, open, held, timers, heap, ended } = await member.counts("collected");
  visitors.reportEnded(ended);
  await sleep(200);
  const descriptors = await descriptorsOf(member.process.pid);
  return { name: member.name, connections: connections + open, held, timers, descriptors, heap };
}

/**
 * How much members publish while nobody is there: with a request under way, they would. They are given
 * time, for links that broke at the end go on for three times `peerTimeout`.
 */
export async function publishedAtRest(members: Members): Promise<number> {
  const deadline = performance.now() + 5 * members.peerTimeout;
  while (true) {
    const before = await allCounts(members);
    await sleep(quietTime);
    const after = await allCounts(members);
    const count = after.reduce(
      (sum, { published }, at) => sum + published - before[at]!.published,
      0,
    );
    if (count === 0 || performance.now() > deadline) return count;
  }
}

/** The claims that are left: of members that are there, and of others. */
export async function claimsLeft(members: Members, bus: Bus, ids: Iterable<string>) {
  const servers = (await allCounts(members)).map(({ server }) => server);
  const left = { own: [] as string[], others: [] as string[] };
  for (const id of ids) {
    const value = await bus.find(keyOf(id));
    if (value === undefined) continue;
    (servers.some((server) => value.includes(server)) ? left.own : left.others).push(id);
  }
  return left;
}

/**
 * Comes back to sessions whose owners are gone: each client is told once. Returns what is wrong with
 * some of them.
 */
export async function comeBack(members: Members, bus: Bus, ids: readonly string[]) {
  const deadline = performance.now() + timeLimit;
  const all = await Promise.all(ids.map(async (id, at) => {
    const { port } = members.current[at % runtimes.length]!.process;
    const url = `http://127.0.0.1:${port}${options.prefix}/000/${id}/xhr`;
    while (true) {
      const response = await fetch(url, { method: "POST" });
      const told = `${response.status} ${(await response.text()).trim()}`;
      // Until the owner has been silent for long enough.
      if (response.status === 503 && performance.now() < deadline) continue;
      if (!told.startsWith("200 c[1002")) return [`${id}: ${told}`];
      // Whoever has told it releases the claim meanwhile.
      for (let tries = 0; tries < 20; tries++) {
        if (await bus.find(keyOf(id)) === undefined) return [];
        await sleep(100);
      }
      return [`${id}: still claimed`];
    }
  }));
  return all.flat();
}

function allCounts(members: Members): Promise<Counts[]> {
  return Promise.all(members.current.map((member) => member.counts("counts")));
}

function keyOf(id: string): string {
  return `${claimStart}${sessionHash(options.prefix, id)}`;
}
