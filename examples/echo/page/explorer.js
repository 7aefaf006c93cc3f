// The list of transports: tries each of them once, and lets one be chosen.

import { draw, label, median, milliseconds, Scale } from "./plot.js";
import { TRANSPORTS, tryTransport } from "./trial.js";

const byId = (id) => document.getElementById(id);

export class Explorer {
  #service;
  #rows = TRANSPORTS.map((name) => new Row(name));
  #best = new Row("");

  /** Called with the transport's name, or "" for the best that works. */
  onchoice = (_name) => {};

  /** @param {string} service */
  constructor(service) {
    this.#service = service;
    byId("transports").replaceChildren(...this.#all.map(({ element }) => element));
    byId("transports").addEventListener("change", () => this.onchoice(this.chosen));
    byId("again").addEventListener("click", () => this.explore());
    this.#draw();
  }

  get #all() {
    return [this.#best, ...this.#rows];
  }

  get chosen() {
    return this.#all.find(({ isChosen }) => isChosen)?.name ?? "";
  }

  choose(name) {
    (this.#rows.find((row) => row.name === name) ?? this.#best).choose();
  }

  /** Tries them in turn, so that none disturbs another. */
  async explore() {
    byId("again").disabled = true;
    for (const row of this.#rows) row.show("waiting");
    for (const [index, row] of this.#rows.entries()) {
      byId("summary").textContent = `Trying ${index + 1} of ${this.#rows.length}`;
      row.times = [];
      row.show("trying");
      const outcome = await tryTransport(this.#service, row.name, (time) => {
        row.times.push(time);
        this.#draw();
      });
      row.show(outcome);
    }
    byId("summary").textContent = this.#summary();
    byId("again").disabled = false;
  }

  #summary() {
    const all = this.#rows.length;
    const works = this.#rows.filter(({ outcome }) => outcome === "works").length;
    if (works === all) return `All ${all} work in this browser`;
    return `${works === 0 ? "None" : works} of ${all} work in this browser`;
  }

  #draw() {
    const scale = new Scale(this.#rows.flatMap(({ times }) => times));
    for (const { plot, times } of this.#rows) draw(plot, times, scale);
    label(byId("ticks"), scale);
  }
}

class Row {
  name;
  element = document.createElement("label");
  plot;
  times = [];
  outcome = "waiting";
  #input;
  #note;
  #median;

  constructor(name) {
    this.name = name;
    this.element.innerHTML = `<input type="radio" name="transport"><span class="name"></span>
      <span class="plot"><svg role="img"></svg><span class="note"></span></span>
      <span class="median"></span>`;
    const [input, title, plot, median] = this.element.children;
    [this.plot, this.#note] = plot.children;
    this.#input = input;
    this.#median = median;
    input.value = name;
    title.textContent = name || "best available";
    if (name !== "") return;
    this.plot.remove();
    this.#note.textContent = "what the client chooses";
  }

  get isChosen() {
    return this.#input.checked;
  }

  choose() {
    this.#input.checked = true;
  }

  /** @param {import("./trial.js").Outcome | "waiting" | "trying"} outcome */
  show(outcome) {
    this.outcome = outcome;
    this.element.dataset.outcome = outcome;
    this.#note.textContent = outcome === "waiting" ? "…" : outcome;
    const middle = median(this.times);
    this.#median.textContent = outcome === "works" ? milliseconds(middle) : "";
  }
}
