/**
 * The option `faye_server_options`, translated to options of the package `ws`.
 *
 * @module
 */

import { show } from "../../options/checks.ts";
import type { ErrorReporter } from "../../server/error_reporter.ts";
import { shortText } from "../../server/error_reporter.ts";

/** What is taken of `faye_server_options`. */
export interface FayeOptions {
  /** The maximum size in bytes of a websocket message. */
  readonly maxLength?: number;
  /** The option of `ws`. */
  readonly perMessageDeflate?: object;
}

/**
 * Reads `faye_server_options`: `maxLength`, and of `extensions` the one that is named
 * `permessage-deflate`. What is ignored is listed in one line of the log.
 */
export function readFayeOptions(given: unknown, errors: ErrorReporter): FayeOptions {
  if (typeof given !== "object" || given === null) return {};
  try {
    const { maxLength, extensions, ...others } = given as Record<string, unknown>;
    const all: unknown[] = [extensions ?? []].flat();
    const deflate: unknown = all.find((extension) => nameOf(extension) === "permessage-deflate");
    const ignored = all.filter((extension) => extension !== deflate)
      .map((extension) => `the extension ${nameOf(extension) ?? show(extension)}`)
      .concat(Object.keys(others));
    const isLength = Number(maxLength) >= 1;
    if (maxLength !== undefined && maxLength !== null && !isLength) {
      ignored.push(`maxLength ${show(maxLength)}`);
    }
    if (ignored.length > 0) {
      errors.log("info", `Ignored in faye_server_options: ${ignored.join(", ")}`);
    }
    return {
      ...(isLength ? { maxLength: Number(maxLength) } : {}),
      ...(deflate === undefined
        ? {}
        : { perMessageDeflate: deflateOptions(deflate as DeflateExtension) }),
    };
  } catch (error) {
    errors.log("error", `Cannot read faye_server_options: ${shortText(error)}`);
    return {};
  }
}

function nameOf(extension: unknown): unknown {
  return (extension as { name?: unknown } | null | undefined)?.name;
}

/** The package `permessage-deflate`, or `permessage-deflate2`, which Meteor uses. */
interface DeflateExtension {
  /** Returns the extension with more options, and adds those that it has to `options`. */
  configure?(options: Record<string, unknown>): unknown;
}

function deflateOptions(extension: DeflateExtension): object {
  const options: Record<string, unknown> = {};
  extension.configure?.(options);
  const {
    level,
    memLevel,
    strategy,
    noContextTakeover,
    requestNoContextTakeover,
    maxWindowBits,
    threshold,
  } = options;
  return {
    // The package compresses every message unless it is told otherwise. `ws` compares the length
    // only if each message is compressed by itself.
    threshold: 0,
    ...integer("threshold", threshold, 0, Number.MAX_SAFE_INTEGER),
    zlibDeflateOptions: {
      ...integer("level", level, -1, 9),
      ...integer("memLevel", memLevel, 1, 9),
      ...integer("strategy", strategy, 0, 4),
    },
    ...(noContextTakeover ? { serverNoContextTakeover: true } : {}),
    ...(requestNoContextTakeover ? { clientNoContextTakeover: true } : {}),
    // 15 is the default, and zlib takes no 8. `requestMaxWindowBits` is left out: with it, `ws`
    // compresses nothing for clients that do not offer it, such as Firefox.
    ...integer("serverMaxWindowBits", maxWindowBits === 8 ? 9 : maxWindowBits, 9, 14),
  };
}

/** An option that is a whole number within these limits; otherwise none. */
function integer(name: string, value: unknown, least: number, most: number): object {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
    ? { [name]: value }
    : {};
}
