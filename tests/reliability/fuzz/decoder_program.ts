/**
 * Decodes random payloads on the current runtime, and prints where the result is wrong:
 * `decoder_program.ts <seed> <cases>`. Node runs it without compilation.
 *
 * @module
 */

import process from "node:process";
import { isDeepStrictEqual } from "node:util";
import { decodeBody, decodeText } from "../../../src/protocol/payload.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { meaningOfBody, meaningOfText } from "./decoding.ts";
import { drawPayload } from "./payloads.ts";

/** What is wrong with the decoding of one payload. */
function fault(random: SeededRandom): string | undefined {
  const alone = random.chance(0.5);
  const { text, messages } = drawPayload(random, alone);
  const [decode, meaning] = alone ? [decodeText, meaningOfText] : [decodeBody, meaningOfBody];
  let decoded: unknown;
  try {
    decoded = decode(text);
  } catch (error) {
    decoded = `throws ${error}`;
  }
  const expected = messages ?? meaning(text);
  if (isDeepStrictEqual(decoded, expected)) return undefined;
  const [payload, is, should] = [text, decoded, expected].map((each) => JSON.stringify(each));
  return `${decode.name}(${payload}) is ${is}, and should be ${should}`;
}

const [seed = 0, cases = 0] = process.argv.slice(2).map(Number);
for (let at = 0; at < cases; at++) {
  const found = fault(new SeededRandom(seed + at));
  if (found === undefined) continue;
  console.log(`FUZZ_SEED=${seed + at} FUZZ_CASES=1\n${found}`);
  process.exit(1);
}
console.log(`${cases} payloads`);
