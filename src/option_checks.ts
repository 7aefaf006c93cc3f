/**
 * What option values may be, and how to say so when they are not.
 *
 * @module
 */

/** A kind of value. */
export interface Check {
  /** What is allowed, in words that follow "must be". */
  readonly allowed: string;
  readonly test: (value: unknown) => boolean;
}

/** True or false. */
export const aBoolean: Check = {
  allowed: "a boolean",
  test: (value: unknown) => typeof value === "boolean",
};
/** A function, of whatever signature. */
export const aFunction: Check = {
  allowed: "a function",
  test: (value: unknown) => typeof value === "function",
};
/** Hashes as the attribute `integrity` takes them: of one kind or several. */
export const anIntegrity: Check = {
  allowed: 'a hash such as "sha384-…" in base64',
  test: (value) =>
    typeof value === "string" &&
    /^sha(256|384|512)-[\w+/-]+={0,2}( +sha(256|384|512)-[\w+/-]+={0,2})*$/.test(value),
};
/** A build of the stock client. */
export const aClientBuild: Check = {
  allowed: "what the subpath ./client exports as client, or another { source, integrity? }",
  test: (value) => {
    if (typeof value !== "object" || value === null) return false;
    const { source, integrity } = value as { source?: unknown; integrity?: unknown };
    return typeof source === "string" && source !== "" &&
      (integrity === undefined || anIntegrity.test(integrity));
  },
};
/** An array of some of the names. */
export function listOf(names: readonly string[]): Check {
  return {
    allowed: `a list of ${names.join(", ")}`,
    test: (value) => Array.isArray(value) && value.every((name) => names.includes(name)),
  };
}

/** A list of websocket subprotocols. */
export const aSubprotocolList: Check = {
  allowed: 'a list of subprotocols such as "v12.stomp"',
  test: (value) => Array.isArray(value) && value.every(isSubprotocol),
};

/** A list of origins as browsers send them, or any. */
export const anOriginList: Check = {
  allowed: '"*", a list of origins such as "https://example.com"',
  test: (value) => value === "*" || (Array.isArray(value) && value.every(isOrigin)),
};

function isOrigin(value: unknown): boolean {
  if (value === "null") return true;
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, host } = new URL(value);
  // One with a wildcard would be compared as it stands, and allow nobody.
  return value === `${protocol}//${host}` && !value.includes("*");
}

/** A number of 1 or more. */
export function numberUpTo(most: number): Check {
  return {
    allowed: `a number of 1 to ${most}`,
    test: (value) => typeof value === "number" && value >= 1 && value <= most,
  };
}

/** A value of any of these kinds. */
export function either(...kinds: readonly Check[]): Check {
  return {
    allowed: kinds.map(({ allowed }) => allowed).join(", or "),
    test: (value) => kinds.some(({ test }) => test(value)),
  };
}

/** Whether a prefix given as a string is meant as a regular expression; a dot alone is not. */
export function isPattern(prefix: string): boolean {
  return /[\\^$*+?()[\]{}|]/.test(prefix);
}

/** Whether the value may be told to clients as `base_url`. */
export function isBaseUrl(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\/.*[^/]$/i.test(value);
}

/** Whether the value can be the name of a subprotocol: a token of HTTP (RFC 6455, section 4.1). */
export function isSubprotocol(value: unknown): value is string {
  return typeof value === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

/** A value as error messages name it. */
export function show(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" || typeof value === "function"
    ? `a value of type ${typeof value}`
    : String(value);
}

/** The known name that the fewest edits lead to. */
export function nearest(name: string, known: readonly string[]): string {
  let best = "";
  let least = Infinity;
  for (const candidate of known) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
