/** The smoke page: runs all checks and shows their results. */

import { absence, checks, run, transports } from "./checks.js";

const byId = (id) => document.getElementById(id);
const parameters = new URLSearchParams(location.search);
const started = performance.now();

/** The cells still to be filled, and what came of the others. */
const count = { planned: 0, passed: 0, failed: 0 };

/** `?transport=` may be there several times. */
const chosen = parameters.getAll("transport");

async function main() {
  byId("browser").textContent = navigator.userAgent;
  for (const { label, name } of checks) {
    byId("legend").append(element("dt", label), element("dd", name));
  }
  byId("again").addEventListener("click", () => location.reload());
  const across = crossOrigin();
  const rows = [
    ...addOrigin("Same origin", location.origin),
    ...(across ? addOrigin("Cross-origin", across) : []),
  ];
  showCount();
  // Two origins have connections of their own: browsers open six to each at most.
  await Promise.all([location.origin, across].map(async (server) => {
    for (const row of rows.filter((row) => row.stage.server === server)) await row.run();
  }));
  const seconds = Math.round((performance.now() - started) / 1000);
  const verdict = count.failed > 0
    ? `${count.failed} of ${count.planned} checks failed`
    : `All ${count.planned} checks passed`;
  show(count.failed > 0 ? "closed" : "open", `${verdict} in ${seconds} s`);
  document.title = `${verdict} – SockJS smoke test`;
  byId("again").disabled = false;
}

/** Another origin with the same services: what `?server=` says, or this server by its other name. */
function crossOrigin() {
  const given = parameters.get("server");
  if (given !== null) return new URL(given).origin;
  const other = { "localhost": "127.0.0.1", "127.0.0.1": "localhost" }[location.hostname];
  return other && location.origin.replace(location.hostname, other);
}

/** Adds a table, and gives its rows. */
function addOrigin(title, server) {
  const heading = element("h2", `${title} `);
  heading.append(element("code", server));
  const head = element("tr");
  for (const label of ["transport", ...checks.map(({ label }) => label)]) {
    head.append(element("th", label, { scope: "col" }));
  }
  const thead = element("thead");
  thead.append(head);
  const tbody = element("tbody");
  const table = element("table");
  table.append(thead, tbody);
  const frame = element("div", "", { className: "card scrolled", tabIndex: 0, ariaLabel: title });
  frame.role = "region";
  frame.append(table);
  byId("origins").append(heading, frame);
  return transports
    .filter((transport) => chosen.length === 0 || chosen.includes(transport))
    .map((transport) => new Row(tbody, title, { server, transport }));
}

/** One transport, from one origin. */
class Row {
  #cells = new Map();
  #of;

  constructor(tbody, title, stage) {
    this.stage = stage;
    this.#of = `${stage.transport}, ${title.toLowerCase()}`;
    const row = element("tr");
    row.append(element("th", stage.transport, { scope: "row" }));
    tbody.append(row);
    const isSameOrigin = stage.server === location.origin;
    const reason = absence(stage.transport, isSameOrigin);
    if (reason !== undefined) {
      row.append(element("td", reason, { className: "absent", colSpan: checks.length }));
      return;
    }
    for (const check of checks) {
      const cell = element("td");
      row.append(cell);
      if (check.canRun(stage.transport, isSameOrigin)) {
        this.#cells.set(check, cell);
        count.planned++;
      } else {
        fill(cell, "absent", "–", "cannot be read from another origin");
      }
    }
  }

  async run() {
    for (const [{ name }, cell] of this.#cells) {
      fill(cell, "running", "…", "running");
      try {
        await run(name, this.stage);
        count.passed++;
        fill(cell, "passed", "✓", "passed");
      } catch (error) {
        count.failed++;
        this.#showFailure(cell, name, error);
      }
      showCount();
    }
  }

  #showFailure(cell, name, error) {
    const item = element("li", "", { id: `failure-${count.failed}` });
    item.append(element("strong", `${this.#of}: ${name}`), element("p", error.message));
    byId("failures").hidden = false;
    byId("failures").querySelector("ul").append(item);
    fill(cell, "failed", "", "");
    const link = element("a", "✗", { href: `#${item.id}`, ariaLabel: `failed: ${name}` });
    cell.replaceChildren(link);
  }
}

function showCount() {
  const { planned, passed, failed } = count;
  byId("progress").max = planned;
  byId("progress").value = passed + failed;
  show("connecting", `${passed + failed} of ${planned} done, ${failed} failed`);
}

/** @param state which of the shared style's that is: `connecting`, `open` for good, `closed` for bad */
function show(state, text) {
  byId("status").dataset.state = state;
  byId("verdict").textContent = text;
}

/** A symbol for the eye, and words for screen readers. */
function fill(cell, className, sign, words) {
  cell.className = className;
  cell.replaceChildren(
    element("span", sign, { ariaHidden: "true" }),
    element("span", words, { className: "unseen" }),
  );
}

function element(name, text = "", properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, properties);
}

// As the page of htmlfile does: where this counts, it reaches none but such parents.
document.domain = location.hostname;

if ("SockJS" in globalThis) await main();
else show("closed", "The client did not load: run deno install, then reload");
