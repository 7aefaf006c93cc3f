import { pathToFileURL } from "node:url";
import { assertEquals, assertRejects } from "@std/assert";
import { commandsOf } from "../../../scripts/bench/commands.ts";
import { comparisonLines } from "../../../scripts/bench/comparison.ts";
import type { Figure } from "../../../scripts/bench/results.ts";
import type { Sample } from "../../../scripts/bench/workloads.ts";
import { table } from "../../../scripts/bench/table.ts";

function sample(value: number, busy = 1): Sample {
  return { value, cpu: 1e6 / value, busy, others: 0.01 };
}

/** As many measurements of another checkout and of this one, which have these ratios. */
function compared(ratios: readonly number[], unit = "messages/s"): Figure {
  const samples = {
    "ours-bun": ratios.map((ratio) => sample(1000 * ratio)),
    "before-bun": ratios.map(() => sample(1000)),
  };
  return { name: "ws-32", title: "echo", unit, samples };
}

/** What is said of each, without the lines before and after. */
function said(...figures: Figure[]): string[] {
  return comparisonLines({ figures }).slice(1, 1 + figures.length);
}

Deno.test("the table has the ratios to another checkout, and how far they scatter", () => {
  const lines = table({ figures: [compared([0.7, 0.8, 0.9, 1, 1.1])] }).split("\n");
  const cells = (at: number) => lines[at]!.trim().split(/\s{2,}/);
  const columns = ["x before", "IQR", "by CPU", "IQR"];
  assertEquals(cells(0), ["median", "IQR", "CPU µs", "busy", ...columns]);
  assertEquals(cells(2).slice(5), ["0.90", "22.2 %", "0.90", "22.2 %"]);
});

Deno.test("a change beyond the spread is distinguished from chance", () => {
  assertEquals(said(compared([0.87, 0.88, 0.9, 0.9, 0.92, 0.93])), [
    "SLOWER   ours-bun, echo: 0.90 (spread 0.03)",
  ]);
  assertEquals(said(compared([0.7, 0.8, 0.9, 0.9, 1, 1.1])), [
    "same     ours-bun, echo: 0.90 (spread 0.15)",
  ]);
  assertEquals(said(compared([1.2, 1.2, 1.2])), ["faster   ours-bun, echo: 1.20 (spread 0.00)"]);
});

Deno.test("the comparison ends with how many got slower or larger", () => {
  const figures = [
    compared([0.8, 0.8, 0.8]),
    compared([1, 1, 1]),
    compared([1.2, 1.2, 1.2], "B each"),
  ];
  assertEquals(
    comparisonLines({ figures }).at(-2),
    "2 of 3 got slower or larger beyond the spread.",
  );
});

Deno.test("the comparison owns up to ratios that scatter too far to show a difference", () => {
  const figures = [compared([0.7, 0.9, 1.1]), compared([1, 1, 1])];
  assertEquals(
    comparisonLines({ figures }).at(-2),
    "1 vary by more than 0.10: a smaller change would not show there.",
  );
});

Deno.test("less than a hundredth is no difference, however little the ratios scatter", () => {
  assertEquals(said(compared([0.991, 0.991, 0.991])), [
    "same     ours-bun, echo: 0.99 (spread 0.00)",
  ]);
});

Deno.test("of few ratios, the spread is all that lies between them", () => {
  assertEquals(said(compared([0.85, 0.9, 0.98])), ["same     ours-bun, echo: 0.90 (spread 0.13)"]);
});

Deno.test("one or two ratios say nothing", () => {
  assertEquals(said(compared([0.5, 0.5])), ["unknown  ours-bun, echo: 0.50 (spread ∞)"]);
});

Deno.test("of bytes, CPU and time, more is worse", () => {
  for (const unit of ["B each", "% of a core", "µs", "µs a message"]) {
    const lines = said(compared([1.2, 1.2, 1.2], unit), compared([0.8, 0.8, 0.8], unit));
    assertEquals(lines.map((line) => line.split(" ")[0]), ["LARGER", "smaller"]);
  }
});

Deno.test("where a server was not busy, it is compared by CPU time", () => {
  const samples = {
    "ours-bun": Array.from({ length: 3 }, () => ({ ...sample(100, 0.5), cpu: 5 })),
    "before-bun": Array.from({ length: 3 }, () => ({ ...sample(100, 0.5), cpu: 4 })),
  };
  assertEquals(said({ ...compared([]), samples }), [
    "SLOWER   ours-bun, echo: 0.80 by CPU (spread 0.00)",
  ]);
});

Deno.test("what was nothing before is left out of the comparison", () => {
  const samples = {
    "ours-bun": [0, 1, 1.2, 1.2, 1.2].map((value) => ({ value, others: 0 })),
    "before-bun": [0, 0, 1, 1, 1].map((value) => ({ value, others: 0 })),
  };
  const figure = { ...compared([], "% of a core"), samples };
  assertEquals(said(figure), ["LARGER   ours-bun, echo: 1.20 (spread 0.00)"]);
  const nothing = {
    "ours-bun": samples["before-bun"].slice(0, 2),
    "before-bun": samples["before-bun"].slice(0, 2),
  };
  assertEquals(comparisonLines({ figures: [{ ...figure, samples: nothing }] }), []);
});

Deno.test("without another checkout, the report does not mention one", () => {
  const samples = { "ours-bun": [sample(1)] };
  assertEquals(comparisonLines({ figures: [{ ...compared([]), samples }] }), []);
});

Deno.test("a folder that cannot be compared with is refused, with what to do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const refused = (why: string) =>
      assertRejects(() => commandsOf([], pathToFileURL(`${folder}/`)), Error, why);
    await refused("it is not a checkout of this project");
    await Deno.mkdir(`${folder}/scripts/bench/servers`, { recursive: true });
    await Deno.writeTextFile(`${folder}/scripts/bench/servers/ours.ts`, "");
    await refused("no node_modules/, run `deno install` there");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
