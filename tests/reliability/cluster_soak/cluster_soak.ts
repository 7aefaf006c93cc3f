/**
 * Runs one soak of a cluster: four members, visitors, disruptions, and a count of what is left.
 *
 * @module
 */

import { localBus } from "../../../src/adapters/cluster.ts";
import { Engine, type EngineName } from "../../support/engine.ts";
import { openEngineBus } from "../../support/engine_bus.ts";
import { sleep } from "../soak/lives.ts";
import { randomOf } from "../soak/messages.ts";
import { rssOf } from "../soak/server_state.ts";
import { Stalls } from "../soak/stalls.ts";
import { Disruptions } from "./disruptions.ts";
import { type EngineDisruption, EngineDisruptions } from "./engine_disruptions.ts";
import {
  claimsLeft,
  claimStart,
  collectEnded,
  comeBack,
  isAtRest,
  publishedAtRest,
  type Rest,
  restOf,
} from "./leftovers.ts";
import { type Disruption, Members } from "./members.ts";
import { ClusterTally } from "./tally.ts";
import { Visitors } from "./visitors.ts";

/** How often members that are at rest are looked at until they have no more timers than before. */
const maxTries = 5;

/** The parameters of a soak. */
export interface ClusterSoakOptions {
  /** How many there are at a time. */
  readonly sessions: number;
  /** How long the visitors are there. */
  readonly seconds: number;
  readonly seed: number;
  /** Milliseconds, as the option of that name. */
  readonly peerTimeout: number;
  /** What the members share their sessions over, if not over the local bus. */
  readonly engine?: EngineName | undefined;
  /** Whether it only looks at sessions and claims: not at timers, nor at traffic without sessions. */
  readonly isBrief?: boolean;
  /** Is told what happens to members. */
  readonly say?: (text: string) => void;
  /** Is called with each sample. */
  readonly onSample?: (sample: ClusterSample, tally: ClusterTally) => void;
}

/** One moment of a cluster. */
export interface ClusterSample {
  /** Since the start of the soak. */
  readonly seconds: number;
  /** Bytes of the member that is there to the end; 0 where the system does not report them. */
  readonly rss: number;
  /** How long a member and the driver did nothing, at most, since the last sample; in ms. */
  readonly stalls: { readonly members: number; readonly driver: number };
}

/** What a soak has found. */
export interface ClusterFound {
  readonly options: ClusterSoakOptions;
  readonly tally: ClusterTally;
  readonly samples: readonly ClusterSample[];
  readonly disruptions: Readonly<Partial<Record<Disruption | EngineDisruption, number>>>;
  /** What ended otherwise than it should have, in words. */
  readonly faults: readonly string[];
  readonly sessionIds: number;
  /** How many members have kept the claims of all, one after another. */
  readonly registries: number;
  /** How often a member had too much to do to answer. */
  readonly busy: number;
  /** After a few sessions, by runtime. */
  readonly before: readonly Rest[];
  readonly after: readonly Rest[];
  /** The name of the member that was there all the time. */
  readonly spared: string;
  /** Sessions without connections, connections without close. */
  readonly unclosed: number;
  /** Payloads that members published when nobody was there. */
  readonly published: number;
  /** Claims of members that are there, and of those that are gone. */
  readonly claims: { readonly own: readonly string[]; readonly others: readonly string[] };
  /** Clients of members that are gone which are not told when they come back. */
  readonly untold: readonly string[];
  /** The keys of sessions that the engine has when all clients have been told. */
  readonly keys: readonly string[];
}

/** Soaks a cluster. */
export async function soakCluster(given: ClusterSoakOptions): Promise<ClusterFound> {
  const { sessions, seconds, seed, peerTimeout, say = () => {}, onSample } = given;
  const folder = await Deno.makeTempDir({ prefix: "soak-" });
  await using engine = given.engine && await Engine.start(given.engine);
  const log = () => {};
  // The first member of the local bus keeps the claims of all.
  const bus = engine === undefined
    ? localBus({ name: "soak", folder, peerTimeout, log })
    : await openEngineBus(engine.url, { log });
  try {
    await bus.find("nothing");
    await using members = await Members.start({ folder, peerTimeout, engine });
    const before = given.isBrief === true ? undefined : await warmUp(members, seed);

    const tally = new ClusterTally();
    const random = randomOf(seed + 1);
    const visitors = new Visitors({ members, tally, random, size: sessions, longestLife: 20_000 });
    const disruptions = new Disruptions(members, randomOf(seed), say);
    const ofEngine = engine &&
      new EngineDisruptions(engine, members, randomOf(seed + 2), say);
    const samples: ClusterSample[] = [];
    const spared = members.current[disruptions.spared]!;
    const start = performance.now();
    const disrupted = Promise.all([disruptions.run(seconds), ofEngine?.run(seconds)]);
    const over = disrupted.then(async () => {
      await sleep(Math.max(0, start + seconds * 1000 - performance.now()));
      await visitors.leave();
    });
    await follow(members, visitors, over, async (stalls) => {
      const rss = await rssOf(spared.process.pid) ?? 0;
      const sample = { seconds: (performance.now() - start) / 1000, rss, stalls };
      samples.push(sample);
      onSample?.(sample, tally);
    });
    say("all visitors have left");
    const late = await restOf(members, visitors);
    const published = before === undefined ? 0 : await publishedAtRest(members);
    let after = late;
    // Timers that are not left for ever fire meanwhile.
    for (let tries = 0; before && tries < maxTries && after.every(isAtRest); tries++) {
      after = await restOf(members, visitors);
      if (after.every(({ timers }, at) => timers <= before[at]!.timers)) break;
    }
    say("members are at rest, or late");
    const { unclosed } = visitors;
    const claims = await claimsLeft(members, bus, visitors.ids);
    const untold = await comeBack(members, bus, claims.others);
    const keys = (await engine?.keys() ?? []).filter((key) => key.startsWith(claimStart));
    visitors.settleAll();
    return {
      options: given,
      tally,
      samples,
      disruptions: { ...members.counts, ...ofEngine?.counts },
      faults: [...members.faults, ...members.complaints],
      sessionIds: visitors.ids.size,
      registries: members.registries,
      busy: members.busyCount,
      before: before ?? after,
      after,
      spared: spared.name,
      unclosed,
      published,
      claims,
      untold,
      keys,
    };
  } finally {
    await bus.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Has members serve a few visitors; what they hold afterwards. */
async function warmUp(members: Members, seed: number): Promise<Rest[]> {
  const visitors = new Visitors({
    members,
    tally: new ClusterTally(),
    random: randomOf(seed),
    size: 10,
    longestLife: 1000,
  });
  await sleep(3000);
  await follow(members, visitors, visitors.leave());
  return await restOf(members, visitors);
}

/** Watches visitors each second until something has happened. */
async function follow(
  members: Members,
  visitors: Visitors,
  end: Promise<void>,
  onSample: (stalls: ClusterSample["stalls"]) => Promise<void> = async () => {},
): Promise<void> {
  using stalls = new Stalls();
  let hasEnded = false;
  // Of members that take long to answer, too.
  let longest = 0;
  end.finally(() => hasEnded = true);
  while (!hasEnded) {
    await Promise.race([sleep(1000), end]);
    const collected = collectEnded(members, visitors).then((stall) =>
      longest = Math.max(longest, stall)
    );
    await Promise.race([collected, sleep(1000)]);
    visitors.watch();
    await onSample({ members: longest, driver: stalls.take() });
    longest = 0;
  }
  await end;
}
