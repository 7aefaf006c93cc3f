/**
 * The check of the option `trustProxy`, and what its values mean.
 *
 * @module
 */

import type { TrustHop } from "../http/forwarded.ts";
import { anyContains, coversIPv4, parseRanges } from "../http/ip_address.ts";
import { type Check, show } from "./checks.ts";

/** Which proxies are trusted, unless a function decides. */
export type TrustedProxies = false | number | readonly string[];

/** `false`, a number of proxies, or a list of their addresses. */
export const aProxyList: Check = {
  allowed: 'false, a number of proxies, a list of their addresses such as ["10.0.0.0/8"]',
  test: (value) =>
    value === false || isHopCount(value) || (Array.isArray(value) && value.every(isAllowed)),
  advice(value) {
    if (value === true) {
      return "true would trust every address, so any client could forge its own with a header; " +
        "write 1 for one proxy";
    }
    if (!Array.isArray(value)) {
      if (typeof value !== "string") return undefined;
      if (isHopCount(Number(value)) && value.trim() !== "") return `write ${Number(value)}`;
      const list = value.split(",").map((each) => each.trim());
      return list.every(isAllowed) ? `write ${show(list)}` : undefined;
    }
    const wrong = value.find((each) => !isAllowed(each));
    return typeof wrong === "string" && parseRanges(wrong) !== undefined
      ? `${show(wrong)} would trust every IPv4 address, so any client could forge its own`
      : `${show(wrong)} is neither an address nor a range, nor loopback, linklocal or uniquelocal`;
  },
};

function isHopCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAllowed(value: unknown): boolean {
  if (typeof value !== "string") return false;
  return parseRanges(value)?.some(coversIPv4) === false;
}

/** How a checked value decides about an address; `undefined` if no proxy is trusted. */
export function trustOf(proxies: TrustedProxies): TrustHop | undefined {
  if (proxies === false) return undefined;
  // By their number, proxies are trusted even where the runtime does not report an address.
  if (typeof proxies === "number") return (_address, hop) => hop < proxies;
  const contains = anyContains(proxies.flatMap((each) => parseRanges(each) ?? []));
  return (address) => address !== undefined && contains(address);
}
