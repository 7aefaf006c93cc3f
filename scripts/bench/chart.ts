/**
 * Draws the bar chart of message throughput that the README shows.
 *
 * @module
 */

import { number } from "./numbers.ts";
import { type Figure, figureOf, medianOf, ratioOf, type Results } from "./results.ts";
import { floorOf, runtimes, type ServerName } from "./servers.ts";
import { messageNames } from "./workloads.ts";

/** Pixels. */
const size = {
  width: 860,
  margin: 24,
  /** Above and below the panels. */
  head: 66,
  foot: 58,
  /** Before the bars, for names; behind them, for numbers. */
  names: 86,
  numbers: 112,
  row: 20,
  bar: 14,
  /** A panel's title and the space below it. */
  panelTitle: 24,
  panelSpace: 18,
};

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 17px; font-weight: 600 } .panel { font-weight: 600 }
  .note { font-size: 12px; fill: #59636e }
  .page { fill: #ffffff; stroke: #d1d9e0 } .floor { stroke: #1f2328; stroke-width: 2 }
  .deno { fill: #0969da } .bun { fill: #d4762c } .node { fill: #2da44e } .sockjs-node { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .note { fill: #9198a1 }
    .page { fill: #0d1117; stroke: #3d444d } .floor { stroke: #f0f6fc }
    .deno { fill: #4493f8 } .bun { fill: #db8b4b } .node { fill: #3fb950 } .sockjs-node { fill: #656c76 }
  }`;

const shown: readonly { server: ServerName; name: string; kind: string }[] = [
  { server: "ours-deno", name: "Deno", kind: "deno" },
  { server: "ours-bun", name: "Bun", kind: "bun" },
  { server: "ours-node", name: "Node", kind: "node" },
  { server: "sockjs-node", name: "sockjs-node", kind: "sockjs-node" },
];

const panelHeight = size.panelTitle + shown.length * size.row + size.panelSpace;
const panelWidth = (size.width - 3 * size.margin) / 2;

/**
 * Draws the throughput of each server relative to sockjs-node as SVG, with a line at the
 * throughput of the bare runtime. Websockets are on the left, HTTP is on the right.
 *
 * @throws {Error} If sockjs-node has not been measured with messages of 32 bytes.
 */
export function chart(results: Results): string {
  const figures = messageNames.map((name) => figureOf(results, `${name}-32`));
  const scale = Math.max(...figures.flatMap((figure) => figure ? ratios(figure) : []));
  if (scale === -Infinity) {
    throw new Error("Cannot draw: sockjs-node was not measured with messages of 32 bytes");
  }
  const rows = Math.ceil(figures.length / 2);
  const height = size.head + rows * panelHeight + size.foot;
  const baseline = `sockjs-node ${results.circumstances.versions.sockjs ?? ""}`.trim();
  const panels = figures.map((figure, at) => {
    const x = size.margin + Math.floor(at / rows) * (panelWidth + size.margin);
    const y = size.head + at % rows * panelHeight;
    return figure === undefined ? "" : panel(figure, x, y, scale);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" role="img" aria-labelledby="title">`,
    `<style>${style}\n</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${size.width - 1}" height="${height - 1}" rx="6"/>`,
    text(size.margin, 32, `Throughput relative to ${baseline} (= 1)`, `class="title" id="title"`),
    text(size.margin, 51, "messages of 32 bytes; server on one core", `class="note"`),
    line(size.width - size.margin - 205, 40, size.bar),
    text(size.width - size.margin - 197, 51, "bare runtime, without SockJS", `class="note"`),
    ...panels,
    ...footnotes(results).map((note, at) =>
      text(size.margin, height - 36 + 18 * at, note, `class="note"`)
    ),
    "</svg>\n",
  ].join("\n");
}

/** All that has to fit on the scale. */
function ratios(figure: Figure): number[] {
  return shown.flatMap(({ server }) => [server, floorOf(server) ?? server])
    .map((server) => ratioOf(figure, server, "sockjs-node"))
    .filter((ratio) => ratio !== undefined);
}

function panel(figure: Figure, x: number, y: number, scale: number): string {
  const unit = (panelWidth - size.names - size.numbers) / scale;
  const left = x + size.names;
  const title = figure.title.replace(/, 32 B$/, "");
  const bars = shown.map(({ server, name, kind }, at) => {
    const top = y + size.panelTitle + at * size.row;
    const middle = top + size.bar - 2.5;
    const rate = medianOf(figure, server);
    const ratio = ratioOf(figure, server, "sockjs-node");
    if (rate === undefined || ratio === undefined) return "";
    const floor = ratioOf(figure, floorOf(server) ?? server, "sockjs-node") ?? ratio;
    const end = left + Math.max(ratio, floor) * unit + 8;
    return [
      text(left - 8, middle, name, `text-anchor="end"`),
      `<rect class="${kind}" x="${left}" y="${top}" width="${
        (ratio * unit).toFixed(1)
      }" height="${size.bar}" rx="2"/>`,
      floorOf(server) === undefined ? "" : line(left + floor * unit, top - 1, size.bar + 2),
      text(end, middle, `${number(ratio)}× · ${number(Math.round(rate))}`),
    ].join("");
  });
  return [text(x, y + 12, title, `class="panel"`), ...bars].join("\n");
}

function footnotes({ circumstances }: Results): string[] {
  const { date, processor, cores, system, rounds, seconds, versions } = circumstances;
  const runtimeNames = Object.keys(versions).filter((name) =>
    runtimes.some((runtime) => runtime === name.toLowerCase()) || name === "sockjs"
  );
  return [
    `${date}, ${processor}, ${cores} cores, ${system}; medians of ${rounds} rounds of ${seconds} s`,
    `${
      runtimeNames.map((name) => `${name} ${versions[name]}`).join(", ")
    }; measured by: deno task bench`,
  ];
}

function line(x: number, y: number, length: number): string {
  return `<path class="floor" d="M${x.toFixed(1)} ${y}v${length}"/>`;
}

function text(x: number, y: number, content: string, attributes = ""): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped}</text>`;
}
