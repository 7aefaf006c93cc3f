/**
 * The headers in which proxies say whose requests they pass on: `X-Forwarded-For`, and `Forwarded`
 * of RFC 7239. Each proxy adds the address of its own client at the end. What is left of that comes
 * from that client, which may have made it up. So everything here reads from the right, and a header
 * of any length takes linear time.
 *
 * @module
 */

import { formatAddress, type IPAddress, parseAddress, parseNumber } from "./ip_address.ts";

/** The names of these headers. */
export type ProxyHeader = "x-forwarded-for" | "forwarded";

/** An address, with the port if it is known. */
export interface ClientAddress {
  readonly address: string;
  readonly port: number | undefined;
}

/** Decides about the address that is `hop` steps away: 0 is the connection's other end. */
export type TrustHop = (address: IPAddress | undefined, hop: number) => boolean;

/**
 * Finds the first address that is not trusted: the client's.
 *
 * What is not an address ends the search, and so does the end of the header. Then the last address
 * before it counts, although it is trusted: nobody has vouched for any other.
 *
 * @param peer The connection's other end, for `trust`.
 * @param header The header's value; several lines are joined by commas.
 * @returns `undefined` if it is the other end of the connection.
 */
export function findClient(
  peer: IPAddress | undefined,
  name: ProxyHeader,
  header: string,
  trust: TrustHop,
): ClientAddress | undefined {
  const { startOf, nodeOf } = syntaxes[name];
  let client: ReturnType<typeof parseNode>;
  let address = peer;
  for (let hop = 0, end = header.length; end >= 0 && trust(address, hop); hop++) {
    const start = startOf(header, end);
    const node = parseNode(nodeOf(header.slice(start, end)));
    if (node === undefined) break;
    client = node;
    address = node.address;
    // Before the comma. At the beginning of the header this is negative.
    end = start - 1;
  }
  return client && { address: formatAddress(client.address), port: client.port };
}

interface Syntax {
  /** Where the element begins that ends at `end`. */
  startOf(header: string, end: number): number;
  /** The name of the client in an element; empty if there is none. */
  nodeOf(element: string): string;
}

const syntaxes: Readonly<Record<ProxyHeader, Syntax>> = {
  "x-forwarded-for": {
    // A negative position would count as 0.
    startOf: (header, end) => end === 0 ? 0 : header.lastIndexOf(",", end - 1) + 1,
    nodeOf: (element) => element.trim(),
  },
  forwarded: { startOf: startOfForwarded, nodeOf: readFor },
};

/**
 * From the right, a quotation mark that a client has left open does not swallow what proxies have
 * added after it.
 */
function startOfForwarded(header: string, end: number): number {
  let isQuoted = false;
  let i = end - 1;
  while (i >= 0 && (isQuoted || header[i] !== ",")) {
    if (header[i] !== '"') {
      i--;
      continue;
    }
    const mark = i--;
    while (isQuoted && header[i] === "\\") i--;
    const isEscaped = (mark - i - 1) % 2 === 1;
    if (!isEscaped) isQuoted = !isQuoted;
  }
  return i + 1;
}

/** The value of `for` in an element of `Forwarded`; empty if it is not there once. */
function readFor(element: string): string {
  let found: string | undefined;
  for (let start = 0; start < element.length;) {
    const end = endOfPair(element, start);
    const pair = element.slice(start, end);
    const equals = pair.indexOf("=");
    if (equals >= 0 && pair.slice(0, equals).trim().toLowerCase() === "for") {
      if (found !== undefined) return "";
      found = unquote(pair.slice(equals + 1).trim());
    }
    start = end + 1;
  }
  return found ?? "";
}

/** Where the next semicolon is that is not in quotation marks. */
function endOfPair(element: string, start: number): number {
  let isQuoted = false;
  let i = start;
  for (; i < element.length && (isQuoted || element[i] !== ";"); i++) {
    if (element[i] === '"') isQuoted = !isQuoted;
    else if (isQuoted && element[i] === "\\") i++;
  }
  return i;
}

function unquote(value: string): string {
  if (value[0] !== '"') return value;
  if (value.length < 2 || value.at(-1) !== '"') return "";
  return value.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** The longest address in brackets, with a colon and a port, which may be a name. */
const maxLength = 128;
const maxPort = 65535;

/**
 * Reads an address with or without a port. `undefined` for all else, such as `unknown` and the
 * names that proxies hide addresses behind.
 */
function parseNode(
  node: string,
): { readonly address: IPAddress; readonly port: number | undefined } | undefined {
  if (node.length > maxLength) return undefined;
  const isBracketed = node[0] === "[";
  let host = node;
  let port: string | undefined;
  if (isBracketed) {
    const end = node.indexOf("]");
    host = node.slice(1, end);
    if (end < 0 || !host.includes(":")) return undefined;
    if (end + 1 < node.length) {
      if (node[end + 1] !== ":") return undefined;
      port = node.slice(end + 2);
    }
  } else {
    const colon = node.indexOf(":");
    // Several colons are an IPv6 address.
    if (colon >= 0 && colon === node.lastIndexOf(":")) {
      host = node.slice(0, colon);
      port = node.slice(colon + 1);
    }
  }
  const address = parseAddress(host);
  // RFC 7239 lets proxies hide the port alone.
  if (address === undefined || port === undefined || port[0] === "_") {
    return address && { address, port: undefined };
  }
  const number = parseNumber(port, 10, 5);
  return number === undefined || number > maxPort ? undefined : { address, port: number };
}
