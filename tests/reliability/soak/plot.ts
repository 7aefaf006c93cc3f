/**
 * Draws the memory of a server during its soak, as an SVG.
 *
 * @module
 */

import type { Found } from "./soak.ts";
import { megabyte, memoryLine, settledAfter } from "./verdict.ts";

const width = 800;
const height = 400;
/** The plot's own rectangle. */
const plot = { left: 64, top: 48, right: width - 24, bottom: height - 52 };

const style = `
    svg { color: #1f2328; background: #ffffff; --rss: #0969da; --line: #bc4c00; }
    @media (prefers-color-scheme: dark) {
      svg { color: #e6edf3; background: #0d1117; --rss: #58a6ff; --line: #f0883e; }
    }
    text { fill: currentColor; font: 13px system-ui, sans-serif; }
    .title { font-size: 15px; font-weight: 600; }
    .grid { stroke: currentColor; stroke-opacity: 0.15; }
    .rss { fill: none; stroke: var(--rss); stroke-width: 1.5; }
    .line { stroke: var(--line); stroke-width: 2; stroke-dasharray: 8 5; }
    .slope { fill: var(--line); }`;

/** Draws RSS over time, and the line through it that the slope is taken of. */
export function plotOf(found: Found): string {
  const { host, sessions, samples } = found;
  const minutes = Math.max(found.seconds, ...samples.map(({ seconds }) => seconds)) / 60;
  const most = Math.max(1, ...samples.map(({ rss }) => rss / megabyte)) * 1.1;
  const x = (minute: number) => plot.left + minute / minutes * (plot.right - plot.left);
  const y = (value: number) => plot.bottom - value / most * (plot.bottom - plot.top);
  const at = (minute: number, value: number) => `${x(minute).toFixed(1)},${y(value).toFixed(1)}`;
  const points = samples.map(({ seconds, rss }) => at(seconds / 60, rss / megabyte)).join(" ");
  const { start, slope } = memoryLine(found);
  const from = settledAfter(found) / 60;
  const slopeText = `${slope.toFixed(2)} MB a minute after minute ${round(from)}`;
  const title = `${host}: memory of the server, ${sessions} sessions at a time`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${slopeText}">
  <style>${style}
  </style>
  <text class="title" x="${plot.left}" y="28">${title}</text>
  <text class="slope" x="${plot.right}" y="28" text-anchor="end">${slopeText}</text>
${marks(most).map((value) => horizontal(y(value), round(value))).join("\n")}
${marks(minutes).map((value) => vertical(x(value), round(value))).join("\n")}
  <text x="${(plot.left + plot.right) / 2}" y="${height - 12}" text-anchor="middle">minutes</text>
  <text transform="translate(18 ${
    (plot.top + plot.bottom) / 2
  }) rotate(-90)" text-anchor="middle">RSS, MB</text>
  <polyline class="rss" points="${points}"/>
  <path class="line" d="M${at(from, start + slope * from)} L${
    at(minutes, start + slope * minutes)
  }"/>
</svg>
`;
}

/** Round numbers from 0 to the most, about six. */
function marks(most: number): number[] {
  const rough = most / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}

function horizontal(y: number, label: string): string {
  return `  <path class="grid" d="M${plot.left} ${y.toFixed(1)} H${plot.right}"/>` +
    `<text x="${plot.left - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${label}</text>`;
}

function vertical(x: number, label: string): string {
  return `  <path class="grid" d="M${x.toFixed(1)} ${plot.top} V${plot.bottom}"/>` +
    `<text x="${x.toFixed(1)}" y="${plot.bottom + 20}" text-anchor="middle">${label}</text>`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
