/**
 * Compares this checkout with another one: what got slower or larger.
 *
 * @module
 */

import { number } from "./numbers.ts";
import { type FairRatio, fairRatioOf, type Figure, type Results } from "./results.ts";
import { beforeOf, type ServerName } from "./servers.ts";

/** Whatever the spread, less than this is no difference. */
const least = 0.01;
/** Where the spread is more than this, a change that matters may go unseen. */
const scattered = 0.1;

/** One of ours beside what it was before. */
interface Comparison extends FairRatio {
  readonly server: ServerName;
  readonly figure: Figure;
}

/** A line for each figure that was measured of both checkouts, and one for all. */
export function comparisonLines({ figures }: Pick<Results, "figures">): string[] {
  const all = figures.flatMap((figure) => comparisons(figure));
  if (all.length === 0) return [];
  const worse = all.filter((each) => changeOf(each) === "worse").length;
  const unclear = all.filter(({ spread }) => spread > scattered).length;
  return [
    "Now by before; spread: the interquartile range of the ratios, the whole range where they are few:",
    ...all.map(line),
    `${worse} of ${all.length} got slower or larger beyond the spread.`,
    ...(unclear === 0 ? [] : [
      `${unclear} vary by more than ${number(scattered)}: a smaller change would not show there.`,
    ]),
    "",
  ];
}

function comparisons(figure: Figure): Comparison[] {
  return (Object.keys(figure.samples) as ServerName[]).flatMap((server) => {
    const before = beforeOf(server);
    const ratio = before && fairRatioOf(figure, server, before);
    return ratio === undefined ? [] : { ...ratio, server, figure };
  });
}

function line(comparison: Comparison): string {
  const { ratio, spread, isByCpu, server, figure: { title } } = comparison;
  const how = isByCpu ? " by CPU" : "";
  return `${wordFor(comparison)}  ${server}, ${title}: ${number(ratio)}${how} (spread ${
    number(spread)
  })`;
}

/** What a difference beyond the spread means; none is one. */
function changeOf({ ratio, spread, figure }: Comparison): "same" | "better" | "worse" {
  const difference = ratio - 1;
  if (!(Math.abs(difference) > Math.max(spread, least))) return "same";
  return isRate(figure) === difference > 0 ? "better" : "worse";
}

function wordFor(comparison: Comparison): string {
  const change = changeOf(comparison);
  if (comparison.spread === Infinity) return "unknown";
  if (change === "same") return "same   ";
  if (isRate(comparison.figure)) return change === "better" ? "faster " : "SLOWER ";
  return change === "better" ? "smaller" : "LARGER ";
}

/** Whether more of it is better. */
function isRate({ unit }: Figure): boolean {
  return unit.endsWith("/s");
}
