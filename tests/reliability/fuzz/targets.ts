/**
 * Random request targets: paths that exist, paths that almost do, and queries.
 *
 * @module
 */

import type { SeededRandom } from "../../support/seeded_random.ts";

/** A path with its query. */
export interface Target {
  readonly text: string;
  /** The method that it is made for. */
  readonly method: string;
  /** What it asks for: the last segment of a path that exists, or nothing of the kind. */
  readonly endpoint: string;
}

const endpoints: readonly (readonly [method: string, name: string])[] = [
  ["POST", "xhr"],
  ["POST", "xhr_streaming"],
  ["POST", "xhr_send"],
  ["POST", "xhr_send"],
  ["POST", "jsonp_send"],
  ["GET", "jsonp"],
  ["GET", "eventsource"],
  ["GET", "htmlfile"],
  ["GET", "websocket"],
];

const pages = ["", "/", "/info", "/iframe.html", "/iframe-a.b_1.html", "/websocket"];

const oddPaths = [
  "/iframe.htm",
  "/iframe-/.html",
  "/IFRAME.HTML",
  "//",
  "/./.",
  "/a./b/xhr",
  "/a/b./xhr",
  "/../echo/a/b/xhr",
  "/a/b",
  "/a//xhr",
  "/a/b/",
  "/a/b/xhr/more",
  "/a/b/XHR",
  "/a/b/%78hr",
  "/a/b/constructor",
  "/a/b/__proto__",
  "/%",
  "/%00/b/xhr",
  "/%2e%2e/b/xhr",
  "/a;b=c/d,e/xhr",
  "/\u00e9/\u00ff/xhr",
  "%2finfo",
  "info",
  "#info",
];

/** Ids that many cases share. */
const shared = ["shared", "shared%20", "toString", "__proto__", "%ff", "~!$&'()*+,;=:@"];
const callbacks = [
  "x",
  "_jp.a1b2c3",
  "%63all",
  "a".repeat(32),
  "a".repeat(33),
  "",
  "%",
  "a(b",
  "%0a",
];
const users = ["", "x", "y", "nobody", "guest", "error", "nonsense"];

/** Draws a target at a service. The id of the case is unique. */
export function drawTarget(random: SeededRandom, base: string, id: string): Target {
  const roll = random.roll();
  if (roll < 0.12) {
    const page = random.pick(pages);
    return { text: base + page + drawQuery(random), method: "GET", endpoint: page };
  }
  if (roll < 0.22) {
    const path = random.chance(0.1) ? random.pick(oddPaths) : base + random.pick(oddPaths);
    return {
      text: path + drawQuery(random),
      method: random.pick(["GET", "POST"]),
      endpoint: "none",
    };
  }
  const [method, endpoint] = random.pick(endpoints);
  const session = `/${drawSegment(random, "000")}/${drawSegment(random, id)}`;
  const slash = random.chance(0.05) ? "/" : "";
  const query = drawQuery(random, endpoint === "jsonp" || endpoint === "htmlfile");
  return { text: `${base}${session}/${endpoint}${slash}${query}`, method, endpoint };
}

function drawSegment(random: SeededRandom, usual: string): string {
  const roll = random.roll();
  if (roll < 0.75) return usual;
  if (roll < 0.9) return random.pick(shared);
  if (roll < 0.92) return usual.padEnd(random.pick([200, 2000]), "x");
  return random.several(1 + random.below(12), () => random.pick([..."aZ9-_~!*'(%", "%41", "%2F"]))
    .join(
      "",
    );
}

function drawQuery(random: SeededRandom, wantsCallback = false): string {
  const fields: string[] = [];
  if (random.chance(0.5)) fields.push(`as=${random.pick(users)}`);
  if (random.chance(0.2)) {
    fields.push(random.pick(["late", "t=123", "a=b=c", "&&", "%", "c", "?", "="]));
  }
  if (wantsCallback ? random.chance(0.9) : random.chance(0.05)) {
    const name = random.pick(["c", "c", "c", "callback", "%63"]);
    fields.push(`${name}=${random.chance(0.7) ? "callback" : random.pick(callbacks)}`);
  }
  return fields.length === 0 ? "" : `?${fields.join("&")}`;
}
