/**
 * What option values may be, and how to say so when they are not.
 *
 * @module
 */

import { nearest } from "./names.ts";

/** A kind of value. */
export interface Check {
  /** What is allowed, in words that follow "must be". */
  readonly allowed: string;
  readonly test: (value: unknown) => boolean;
  /** What to write in the place of a value that is not allowed, where that can be guessed. */
  readonly advice?: (value: unknown) => string | undefined;
}

/** True or false. */
export const aBoolean: Check = {
  allowed: "a boolean",
  test: (value: unknown) => typeof value === "boolean",
  advice(value) {
    if (value === "true" || value === 1) return "write true";
    return value === "false" || value === 0 ? "write false" : undefined;
  },
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
  allowed: "what the subpath ./served-client exports as client, or another { source, integrity? }",
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
    advice(value) {
      const wrong = Array.isArray(value) ? value.find((name) => !names.includes(name)) : value;
      const near = typeof wrong === "string" ? nearest(wrong, names) : undefined;
      return near && `write ["${near}"]`;
    },
  };
}

/** A list of websocket subprotocols. */
export const aSubprotocolList: Check = {
  allowed: 'a list of subprotocols such as "v12.stomp"',
  test: (value) => Array.isArray(value) && value.every(isSubprotocol),
  advice: (value) => isSubprotocol(value) ? `write [${show(value)}]` : undefined,
};

/** A number of 1 or more, of some unit. */
export function numberUpTo(most: number, unit?: string): Check {
  return {
    allowed: unit === undefined ? `a number of 1 to ${most}` : `a number of ${unit}, 1 to ${most}`,
    test: (value) => typeof value === "number" && value >= 1 && value <= most,
    advice(value) {
      const number = typeof value === "string" && value !== "" ? Number(value) : value;
      if (typeof number !== "number" || !(number >= 1)) return undefined;
      return `write ${Math.min(number, most)}`;
    },
  };
}

/** A value of any of these kinds. */
export function either(...kinds: readonly Check[]): Check {
  return {
    allowed: kinds.map(({ allowed }) => allowed).join(", or "),
    test: (value) => kinds.some(({ test }) => test(value)),
    advice: (value) =>
      kinds.reduce<string | undefined>((found, { advice }) => found ?? advice?.(value), undefined),
  };
}

/** Whether the value may be told to clients as `base_url`. */
export function isBaseUrl(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\/.*[^/]$/i.test(value);
}

/** Whether the value can be the name of a subprotocol: a token of HTTP (RFC 6455, section 4.1). */
export function isSubprotocol(value: unknown): value is string {
  return typeof value === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

/** What `isBaseUrl` takes. */
export const aBaseUrl: Check = {
  allowed: "an absolute URL without a slash at the end",
  test: isBaseUrl,
  advice(value) {
    const better = typeof value === "string" ? value.replace(/\/+$/, "") : undefined;
    return isBaseUrl(better) ? `write ${show(better)}` : undefined;
  },
};

/** Where a client can be loaded from. */
export const aScriptUrl: Check = {
  allowed: "an absolute URL or a path from / on",
  test: (value) =>
    typeof value === "string" && /^(https?:\/\/|\/)/i.test(value) &&
    URL.canParse(value, "http://host"),
  advice(value) {
    if (typeof value !== "string" || !/^(\.\/)?\w[^:]*$/.test(value)) return undefined;
    return `write ${show(new URL(value, "http://host").pathname)}`;
  },
};

/** A value as error messages name it. */
export function show(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof RegExp) return String(value);
  return typeof value === "object" || typeof value === "function"
    ? `a value of type ${typeof value}`
    : String(value);
}
