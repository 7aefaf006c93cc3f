/**
 * The options of a local bus.
 *
 * @module
 */

import process from "node:process";
import { refuseOtherLog, refuseOthers } from "../known_options.ts";

/** Options of {@linkcode localBus}. */
export interface LocalBusOptions {
  /** Processes of this user with the same name belong together. With `folder`, it has no effect. */
  name: string;
  /**
   * The folder in which they find each other. All members of a folder belong together, whatever their
   * names. It is made if it is missing, and must belong to this user alone (mode 700). It must not be a
   * link.
   *
   * @default a folder of the user and the name in the system's folder for temporary files
   */
  folder?: string | undefined;
  /**
   * Milliseconds without a sign of life after which another process counts as gone.
   *
   * @default {6000}
   */
  peerTimeout?: number | undefined;
  /**
   * Bytes that may wait for another process. Messages beyond it are dropped for that process.
   *
   * @default {33554432}
   */
  maxQueued?: number | undefined;
  /**
   * Called with what an operator should know.
   *
   * @default prints to the console
   */
  log?: ((message: string) => void) | undefined;
}

/** The largest payload, in bytes. */
export const maxPayload: number = 16 * 1024 * 1024;

/** Checks the options, and fills in defaults. */
export function checkedOptions(
  options: LocalBusOptions,
): { peerTimeout: number; maxQueued: number } {
  const start = "Cannot make a local bus:";
  refuseOthers(start, options, ["name", "folder", "peerTimeout", "maxQueued", "log"]);
  const { name, peerTimeout = 6000, maxQueued = 2 * maxPayload } = options;
  if (process.platform === "win32") {
    throw new Error(`${start} Windows has no sockets that private folders protect`);
  }
  if (typeof name !== "string" || name === "") {
    throw new TypeError(`${start} the name must be a string that is not empty`);
  }
  refuseOtherLog(start, options.log);
  const { folder = "default" } = options;
  if (typeof folder !== "string" || folder === "") {
    throw new TypeError(`${start} the folder must be a path`);
  }
  if (!(typeof peerTimeout === "number" && peerTimeout >= 100 && peerTimeout <= 2 ** 30)) {
    throw new RangeError(`${start} peerTimeout must be a number from 100 to ${2 ** 30}`);
  }
  if (!(typeof maxQueued === "number" && maxQueued >= 0)) {
    throw new RangeError(`${start} maxQueued must be a number that is not negative`);
  }
  return { peerTimeout, maxQueued };
}
