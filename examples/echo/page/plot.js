// Small plots of times, one below the other, with one logarithmic scale for all.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 3; // percent on either side, so that no dot is cut

export const milliseconds = (time) => `${time.toFixed(time < 10 ? 1 : 0)} ms`;

/** @param {number[]} times */
export function median(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** A scale of whole decades, two of them at least. */
export class Scale {
  #low;
  #high;

  /** @param {number[]} times all that will be shown */
  constructor(times) {
    const positive = times.map((time) => Math.max(time, 0.1));
    this.#low = Math.floor(Math.log10(Math.min(...positive, 1)));
    this.#high = Math.max(Math.ceil(Math.log10(Math.max(...positive, 1))), this.#low + 2);
  }

  /** @returns {number} where a time is, in percent of the width */
  at(time) {
    const part = (Math.log10(Math.max(time, 0.1)) - this.#low) / (this.#high - this.#low);
    return MARGIN + part * (100 - 2 * MARGIN);
  }

  /** @returns {number[]} */
  get decades() {
    const count = this.#high - this.#low + 1;
    return Array.from({ length: count }, (_, index) => 10 ** (this.#low + index));
  }
}

/**
 * @param {SVGElement} svg
 * @param {number[]} times in the order in which they were measured, from the top down
 * @param {Scale} scale
 */
export function draw(svg, times, scale) {
  const grid = scale.decades.map((time) => line("grid", scale.at(time), 0, 100));
  const dots = times.map((time, index) => {
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("cx", `${scale.at(time)}%`);
    dot.setAttribute("cy", `${24 + 52 * index / Math.max(times.length - 1, 1)}%`);
    dot.setAttribute("r", "2.5");
    return dot;
  });
  const middle = times.length === 0 ? [] : [line("median", scale.at(median(times)), 12, 88)];
  svg.replaceChildren(...grid, ...dots, ...middle);
  svg.setAttribute("aria-label", describe(times));
}

/** @param {HTMLElement} axis */
export function label(axis, scale) {
  axis.replaceChildren(...scale.decades.map((time) => {
    const tick = document.createElement("span");
    tick.textContent = String(time);
    tick.style.left = `${scale.at(time)}%`;
    return tick;
  }));
}

function line(kind, x, top, bottom) {
  const line = document.createElementNS(SVG, "line");
  line.setAttribute("class", kind);
  for (const name of ["x1", "x2"]) line.setAttribute(name, `${x}%`);
  line.setAttribute("y1", `${top}%`);
  line.setAttribute("y2", `${bottom}%`);
  return line;
}

function describe(times) {
  if (times.length === 0) return "no round trip yet";
  const [least, most] = [Math.min(...times), Math.max(...times)].map(milliseconds);
  return `${times.length} round trips, ${least} to ${most}`;
}
