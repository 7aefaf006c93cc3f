/**
 * Random request headers.
 *
 * @module
 */

import type { Field } from "../../support/hpack.ts";
import { handshake } from "../../support/raw_websocket.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

const common: readonly (readonly [name: string, values: readonly string[]])[] = [
  ["Origin", ["http://good.example", "http://evil.example", "null", "", "x y", "\u00ff"]],
  ["Cookie", [
    "JSESSIONID=abc",
    "JSESSIONID=",
    'JSESSIONID="a,b"',
    "a=b; JSESSIONID=\u00e9;;",
    "=",
  ]],
  ["Access-Control-Request-Headers", ["x-a", "x-a, x-b", "", "\u00ff"]],
  ["Access-Control-Request-Method", ["POST", "TRACE"]],
  ["If-None-Match", ["*", '"x"', 'W/"x", "y"', ","]],
  ["Sec-Fetch-Site", ["cross-site", "same-origin", "x"]],
  ["Accept-Encoding", ["gzip, br", "identity;q=0", "*"]],
  ["X-Forwarded-For", ["1.2.3.4", "evil, ::1"]],
  ["User-Agent", ["fuzz", "x".repeat(3000)]],
  ["Range", ["bytes=0-0"]],
  ["__proto__", ["x"]],
  ["constructor", ["x"]],
];

/** Fields that every runtime has to take. */
export function drawFields(random: SeededRandom): Field[] {
  const count = random.pick([0, 0, 1, 1, 2, 4]);
  return random.several(count, () => {
    const [name, values] = random.pick(common);
    return [random.chance(0.1) ? name.toLowerCase() : name, random.pick(values)];
  });
}

const odd: readonly Field[] = [
  ["Host", "y"],
  ["Host", "a b"],
  ["Host", "x/echo/info?"],
  ["Content-Length", "5"],
  ["Content-Length", "0"],
  ["Content-Length", "-1"],
  ["Content-Length", "1e3"],
  ["Content-Length", "99999999999999999999"],
  ["Content-Length", "2000000"],
  ["Transfer-Encoding", "chunked"],
  ["Transfer-Encoding", "identity"],
  ["Transfer-Encoding", "gzip, chunked"],
  ["Transfer-Encoding", "chunked, chunked"],
  ["Expect", "100-continue"],
  ["Expect", "the unexpected"],
  ["Connection", "close"],
  ["Connection", "keep-alive, Upgrade"],
  ["Connection", "Host"],
  ["Upgrade", "websocket"],
  ["Upgrade", "h2c"],
  ["HTTP2-Settings", "AAMAAABkAAQAAP__"],
  ["Sec-WebSocket-Version", "12"],
  ["Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=99"],
  ["Sec-WebSocket-Protocol", "a, b,, "],
  ["Sec-WebSocket-Key", "short"],
  ["X Y", "space in the name"],
  ["", "no name"],
  ["X-Null", "\0"],
  ["X-Bell", "\x07"],
  ["X-Folded", "a\r\n b"],
  ["X-Bare", "a\rb\nc"],
  ["X-Long", "x".repeat(20_000)],
  ["Trailer", "X"],
];

/** Fields that a runtime may refuse, or that change what the request is. */
export function drawOddFields(random: SeededRandom): Field[] {
  const fields = random.several(random.pick([1, 1, 2, 3]), () => random.pick(odd));
  if (random.chance(0.02)) {
    for (let at = 0; at < 200; at++) fields.push([`X-${at}`, "x"]);
  }
  return fields;
}

/** A handshake, faultless or not quite. */
export function drawHandshake(random: SeededRandom, faultless: boolean): Field[] {
  const fields: Field[] = Object.entries(handshake);
  if (faultless) return fields;
  const at = random.below(fields.length);
  const [name = "", value = ""] = fields[at] ?? [];
  const instead = [
    "",
    "x",
    value.slice(1),
    `${value}, ${value}`,
    value.toUpperCase(),
    "7",
    "hixie",
  ];
  fields.splice(at, 1, ...random.pick([[], [[name, random.pick(instead)] as const]]));
  return fields;
}
