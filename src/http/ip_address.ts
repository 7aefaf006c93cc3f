/**
 * IP addresses and ranges of them.
 *
 * @module
 */

/**
 * An address as eight groups of 16 bits. IPv4 addresses are in their IPv6 form, `::ffff:a.b.c.d`,
 * so that both forms of an address are equal.
 */
export type IPAddress = readonly number[];

/** Addresses whose first bits are the same. */
export interface IPRange {
  /** The first of them: the bits that follow are 0. */
  readonly address: IPAddress;
  /** How many bits; of an IPv4 address, too, they count from the start of its IPv6 form. */
  readonly bits: number;
}

const groupCount = 8;
const groupBits = 16;
/** What IPv4 addresses begin with. */
const mapped: IPAddress = [0, 0, 0, 0, 0, 0xffff];
const mappedBits = mapped.length * groupBits;
/** The longest address, `0000:0000:0000:0000:0000:ffff:255.255.255.255`. */
const maxLength = 45;

/** Reads an address without a zone; `undefined` if it is none. */
export function parseAddress(text: string): IPAddress | undefined {
  if (text.length > maxLength) return undefined;
  if (!text.includes(":")) {
    const last = parseIPv4(text);
    return last && [...mapped, ...last];
  }
  const [before = "", after, ...others] = text.split("::");
  if (others.length > 0) return undefined;
  if (after === undefined) return whole(parseGroups(before, true));
  const head = before === "" ? [] : parseGroups(before, false);
  const tail = after === "" ? [] : parseGroups(after, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = groupCount - head.length - tail.length;
  if (missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...tail];
}

function whole(groups: number[] | undefined): number[] | undefined {
  return groups?.length === groupCount ? groups : undefined;
}

/** @param endsAddress whether the last group may be an IPv4 address. */
function parseGroups(text: string, endsAddress: boolean): number[] | undefined {
  const groups: number[] = [];
  const parts = text.split(":");
  const last = parts.at(-1)!;
  const ipv4 = endsAddress && last.includes(".") ? parseIPv4(last) : undefined;
  if (ipv4 !== undefined) parts.pop();
  for (const part of parts) {
    const group = parseNumber(part, 16, 4);
    if (group === undefined) return undefined;
    groups.push(group);
  }
  return ipv4 === undefined ? groups : [...groups, ...ipv4];
}

/** Four numbers as two groups. Leading zeros are refused: some programs take them for octal. */
function parseIPv4(text: string): [number, number] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let bits = 0;
  for (const part of parts) {
    const byte = parseNumber(part, 10, 3);
    if (byte === undefined || byte > 255 || (part.length > 1 && part[0] === "0")) return undefined;
    bits = bits * 256 + byte;
  }
  return [Math.floor(bits / 0x10000), bits % 0x10000];
}

/** Reads a number that has digits only, and at least one. */
export function parseNumber(text: string, base: 10 | 16, maxDigits: number): number | undefined {
  if (text.length === 0 || text.length > maxDigits) return undefined;
  let number = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf(text.charCodeAt(i));
    if (digit >= base) return undefined;
    number = number * base + digit;
  }
  return number;
}

/** The value of a hexadecimal digit; 16 if it is none. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 16;
}

/**
 * Writes an address in its only canonical form (RFC 5952): IPv4 with dots, IPv6 in lower case and
 * shortened. The string is a new one. A part of a header would keep the whole header in memory.
 */
export function formatAddress(address: IPAddress): string {
  if (contains({ address: mapped, bits: mappedBits }, address)) {
    const [high, low] = [address[6]!, address[7]!];
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  const [start, length] = longestZeros(address);
  const groups = address.map((group) => group.toString(16));
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/** Where the longest run of zeros begins, and its length. */
function longestZeros(address: IPAddress): [number, number] {
  let best: [number, number] = [0, 0];
  let length = 0;
  for (let i = 0; i < groupCount; i++) {
    length = address[i] === 0 ? length + 1 : 0;
    if (length > best[1]) best = [i + 1 - length, length];
  }
  return best;
}

/** Negative if the first comes before the second, 0 if both are equal. */
function compare(first: IPAddress, second: IPAddress): number {
  let i = 0;
  while (i < groupCount - 1 && first[i] === second[i]) i++;
  return first[i]! - second[i]!;
}

/**
 * Prepares ranges for the question whether any of them contains an address, which then takes
 * logarithmic time.
 *
 * Two ranges are either apart, or one is part of the other. Once such parts are left out, only the
 * last range that begins at or before an address can contain it.
 */
export function anyContains(ranges: readonly IPRange[]): (address: IPAddress) => boolean {
  const sorted = [...ranges].sort((a, b) => compare(a.address, b.address) || a.bits - b.bits);
  const separate: IPRange[] = [];
  for (const range of sorted) {
    const last = separate.at(-1);
    if (last === undefined || !contains(last, range.address)) separate.push(range);
  }
  return (address) => {
    let start = 0;
    let end = separate.length;
    while (start < end) {
      const middle = (start + end) >> 1;
      if (compare(separate[middle]!.address, address) > 0) end = middle;
      else start = middle + 1;
    }
    const last = separate[start - 1];
    return last !== undefined && contains(last, address);
  };
}

/** Whether an address is in a range. */
export function contains(range: IPRange, address: IPAddress): boolean {
  let left = range.bits;
  for (let i = 0; left > 0; i++, left -= groupBits) {
    const difference = range.address[i]! ^ address[i]!;
    if (difference >> Math.max(0, groupBits - left) !== 0) return false;
  }
  return true;
}

/** The names of ranges, as in Express. */
const names = {
  loopback: ["127.0.0.0/8", "::1"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
} as const;

/**
 * Reads an address, a range such as `10.0.0.0/8`, or a name of several. `undefined` if it is none
 * of these.
 */
export function parseRanges(text: string): IPRange[] | undefined {
  if (Object.hasOwn(names, text)) {
    return names[text as keyof typeof names].map((each) => parseRange(each)!);
  }
  const range = parseRange(text);
  return range && [range];
}

function parseRange(text: string): IPRange | undefined {
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  const hidden = host.includes(":") ? 0 : mappedBits;
  const most = groupCount * groupBits - hidden;
  const given = slash < 0 ? most : parseNumber(text.slice(slash + 1), 10, 3);
  if (given === undefined || given > most) return undefined;
  const bits = given + hidden;
  return { address: firstOf(address, bits), bits };
}

/** The address with 0 in place of all bits after the first ones. */
function firstOf(address: IPAddress, bits: number): IPAddress {
  return address.map((group, i) => {
    const others = Math.min(Math.max(0, (i + 1) * groupBits - bits), groupBits);
    return (group >> others) << others;
  });
}

/** Whether a range contains all IPv4 addresses. */
export function coversIPv4({ address, bits }: IPRange): boolean {
  return bits <= mappedBits && contains({ address, bits }, [...mapped, 0, 0]);
}
