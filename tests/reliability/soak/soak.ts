/**
 * Runs one soak: a server, a crowd of sessions, and a count of what is left at the end.
 *
 * @module
 */

import { type HostName, startServer } from "../../support/hosts.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import { Crowd } from "./crowd.ts";
import { sleep, transports } from "./lives.ts";
import { randomOf } from "./messages.ts";
import { countsOf, descriptorsOf, rssOf, type Sample } from "./server_state.ts";
import type { Counts } from "./service.ts";
import { Stalls } from "./stalls.ts";
import { Tally } from "./tally.ts";

/** The parameters of a soak. */
export interface SoakOptions {
  host: HostName;
  /** How many there are at a time. */
  sessions: number;
  /** How long the crowd is there. */
  seconds: number;
  seed: number;
  /** Is called with each sample. */
  onSample?: (sample: Sample, tally: Tally) => void;
}

/** What the server holds without any client. */
export interface Rest {
  descriptors: number;
  /** Connections that the server still lists. */
  connections: number;
  /** Connections that have not had their `close`. */
  unclosed: number;
  /** Connections that are over, and that something in the process still holds. */
  held: number;
  /** Bytes of JavaScript. */
  heap: number;
}

/** What a soak has found. */
export interface Found {
  host: HostName;
  sessions: number;
  seconds: number;
  seed: number;
  tally: Tally;
  samples: Sample[];
  /** After a few sessions, so that the runtime has what it keeps. */
  before: Rest;
  after: Rest;
  /** How the process ended when it was asked to. */
  exit: { code: number; stderr: string };
}

/** How long the server may take to be rid of clients that are gone, in ms. */
const timeLimit = 60_000;

/** Soaks a server. */
export async function soak(given: SoakOptions): Promise<Found> {
  const { host, sessions, seconds, seed, onSample } = given;
  await using server = await startServer(host, new URL("server.ts", import.meta.url));
  const random = randomOf(seed);
  const common = { port: server.port, random };
  const warmUp = new Crowd({
    ...common,
    tally: new Tally(),
    size: 3 * transports.length,
    longestLife: 2000,
    opensWithin: 500,
    end: "leaves",
  });
  await follow(server, warmUp, 2);
  const before = await rest(server, warmUp, 0);

  const tally = new Tally();
  const samples: Sample[] = [];
  const crowd = new Crowd({
    ...common,
    tally,
    size: sessions,
    longestLife: Math.min(60, seconds) * 1000,
    opensWithin: Math.min(15, seconds / 5) * 1000,
  });
  await follow(server, crowd, seconds, (sample) => {
    samples.push(sample);
    onSample?.(sample, tally);
  });
  const after = await rest(server, crowd, before.descriptors);
  crowd.settleAll();
  const { code, stderr } = await server.stop();
  return { host, sessions, seconds, seed, tally, samples, before, after, exit: { code, stderr } };
}

/** Watches a crowd for so many seconds, and until it has left. */
async function follow(
  { port, pid }: ServerProcess,
  crowd: Crowd,
  seconds: number,
  onSample: (sample: Sample) => void = () => {},
): Promise<void> {
  using stalls = new Stalls();
  const start = performance.now();
  let left: Promise<void> | undefined;
  let isLeft = false;
  for (let second = 1; !isLeft; second++) {
    // A sample each second.
    await sleep(Math.max(0, start + second * 1000 - performance.now()));
    const counts = await countsOf(port, "counts");
    crowd.reportEnded(counts.ended);
    crowd.watch();
    if (second <= seconds) {
      onSample({
        seconds: (performance.now() - start) / 1000,
        rss: await rssOf(pid) ?? counts.rss,
        descriptors: await descriptorsOf(pid),
        connections: counts.connections,
        stalls: { server: counts.stall, driver: stalls.take() },
      });
    }
    if (second >= seconds) left ??= crowd.leave().then(() => void (isLeft = true));
  }
  await left;
}

/** What is left of a crowd that is gone, once it is no more than may be, or after some time. */
async function rest(server: ServerProcess, crowd: Crowd, descriptors: number): Promise<Rest> {
  const deadline = performance.now() + timeLimit;
  while (true) {
    // No event says that the last has gone: it is asked until it is so, or late.
    await sleep(1000);
    const counts: Counts = await countsOf(server.port, "counts");
    crowd.reportEnded(counts.ended);
    const isEmpty = counts.connections === 0 && crowd.unclosed === 0;
    const isLate = performance.now() > deadline;
    if (!isEmpty && !isLate) continue;
    const { connections, held, heap } = await countsOf(server.port, "collected");
    // The connection of that question has to end, too.
    await sleep(1000);
    const open = await descriptorsOf(server.pid);
    if ((held > 0 || (descriptors > 0 && open > descriptors)) && !isLate) continue;
    return { descriptors: open, connections, unclosed: crowd.unclosed, held, heap };
  }
}
