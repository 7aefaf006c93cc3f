/**
 * Checks of option values, with the texts for error messages.
 *
 * @module
 */

import { nearest } from "./names.ts";

/** A check of one kind of value. */
export interface Check {
  /** What is allowed, as words that follow "must be". */
  readonly allowed: string;
  readonly test: (value: unknown) => boolean;
  /** What to write instead of a wrong value, if that can be guessed. */
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
/** Any function. */
export const aFunction: Check = {
  allowed: "a function",
  test: (value: unknown) => typeof value === "function",
};
/** One or more hashes in the form of the attribute `integrity`. */
export const anIntegrity: Check = {
  allowed: 'a hash such as "sha384-…" in base64',
  test: (value) =>
    typeof value === "string" &&
    /^sha(256|384|512)-[\w+/-]+={0,2}( +sha(256|384|512)-[\w+/-]+={0,2})*$/.test(value),
};
/** A build of the stock client. */
export const aClientBuild: Check = {
  allowed: "the client from the subpath ./served-client, or another { source, integrity? }",
  test: (value) => {
    if (typeof value !== "object" || value === null) return false;
    const { source, integrity } = value as { source?: unknown; integrity?: unknown };
    return typeof source === "string" && source !== "" &&
      (integrity === undefined || anIntegrity.test(integrity));
  },
};
/** A list of any of these names. */
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

/** One of these names. */
export function oneOf(names: readonly string[]): Check {
  return {
    allowed: names.map((name) => show(name)).join(" or "),
    test: (value) => names.includes(value as string),
    advice(value) {
      const near = typeof value === "string" ? nearest(value, names) : undefined;
      return near && `write ${show(near)}`;
    },
  };
}

/** A list of websocket subprotocols. */
export const aSubprotocolList: Check = {
  allowed: 'a list of subprotocols such as "v12.stomp"',
  test: (value) => Array.isArray(value) && value.every(isSubprotocol),
  advice: (value) => isSubprotocol(value) ? `write [${show(value)}]` : undefined,
};

/** A number from 1 to `most`, with its unit for the message. */
export function numberUpTo(most: number, unit?: string): Check {
  return {
    allowed: unit === undefined
      ? `a number from 1 to ${most}`
      : `a number of ${unit} from 1 to ${most}`,
    test: (value) => typeof value === "number" && value >= 1 && value <= most,
    advice(value) {
      const number = typeof value === "string" && value !== "" ? Number(value) : value;
      if (typeof number !== "number" || !(number >= 1)) return undefined;
      return `write ${Math.min(number, most)}`;
    },
  };
}

/** A value that passes any of these checks. */
export function either(...kinds: readonly Check[]): Check {
  return {
    allowed: kinds.map(({ allowed }) => allowed).join(", or "),
    test: (value) => kinds.some(({ test }) => test(value)),
    advice: (value) =>
      kinds.reduce<string | undefined>((found, { advice }) => found ?? advice?.(value), undefined),
  };
}

/** Whether the value is an absolute URL that clients can use as `base_url`. */
export function isBaseUrl(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\/.*[^/]$/i.test(value);
}

/** Whether the value is a valid name of a subprotocol: an HTTP token (RFC 6455, section 4.1). */
export function isSubprotocol(value: unknown): value is string {
  return typeof value === "string" && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

/** A URL that passes `isBaseUrl`. */
export const aBaseUrl: Check = {
  allowed: "an absolute URL without a slash at the end",
  test: isBaseUrl,
  advice(value) {
    const better = typeof value === "string" ? value.replace(/\/+$/, "") : undefined;
    return isBaseUrl(better) ? `write ${show(better)}` : undefined;
  },
};

/** A URL or path from which the client can be loaded. */
export const aScriptUrl: Check = {
  allowed: "an absolute URL, or a path that begins with /",
  test: (value) =>
    typeof value === "string" && /^(https?:\/\/|\/)/i.test(value) &&
    URL.canParse(value, "http://host"),
  advice(value) {
    if (typeof value !== "string" || !/^(\.\/)?\w[^:]*$/.test(value)) return undefined;
    return `write ${show(new URL(value, "http://host").pathname)}`;
  },
};

/** A value in the form for error messages. */
export function show(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof RegExp) return String(value);
  return typeof value === "object" || typeof value === "function"
    ? `a value of type ${typeof value}`
    : String(value);
}
