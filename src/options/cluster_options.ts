/**
 * The option `cluster`, and its check.
 *
 * @module
 */

import type { Bus } from "../cluster/bus.ts";
import type { Check } from "./checks.ts";

/** The processes that a server works together with. */
export interface ClusterOptions {
  /** What connects them, such as `localBus` of `@sockjs/web/cluster`. Close it after the server. */
  readonly bus: Bus;
  /**
   * The name of the cluster, such as `"chat"`: one for each service. All servers with the same name on
   * the same bus share topics and broadcasts. The bus decides which processes are linked: give each
   * stage, such as production and staging, a bus of its own. It has at most 200 characters.
   */
  readonly name: string;
  /**
   * Whether any process answers any request of a session, so that the HTTP transports need no sticky
   * balancing. All servers with the same name need it, and the same transports and limits. The bus
   * needs a registry: the methods `claim`, `find`, `renew` and `release`. `localBus` has one.
   *
   * @default {false}
   */
  readonly sessions?: boolean | undefined;
  /**
   * Milliseconds in which the process that owns a session has to answer first, when another process
   * asks it. Later, the request gets a 503. A number from 1; only with `sessions: true`.
   *
   * @default {3000}
   */
  readonly answerTimeout?: number | undefined;
  /**
   * Milliseconds without a sign of life after which another process counts as gone. Its requests that
   * this process carries then end, and so do those of its own that the other carries. It is independent
   * of the bus's option of the same name. A number from 1; only with `sessions: true`.
   *
   * @default {6000}
   */
  readonly peerTimeout?: number | undefined;
  /**
   * How many requests this process carries at a time for sessions of other processes, and how many of
   * each other process it serves. Further ones get a 503. A number from 1; only with `sessions: true`.
   *
   * @default {10000}
   */
  readonly maxCarried?: number | undefined;
}

/** It is a part of each channel's name, which may have 341 characters on the local bus. */
const maxName = 200;
/** Such as cannot be sent as UTF-8. */
const loneSurrogate = /\p{Surrogate}/u;
/** Bytes that a bus must be able to carry. A part of them is for what stands before each message. */
const minPayload = 1024;
const methods = ["publish", "subscribe", "unsubscribe", "watch"] as const;
/** The same for shared sessions. */
const registryMethods = ["claim", "find", "renew", "release"] as const;
const names = ["bus", "name", "sessions", "answerTimeout", "peerTimeout", "maxCarried"];

/** A bus and a name. */
export const aCluster: Check = {
  allowed:
    `{ bus, name }, where bus is one such as localBus({ name }), and name a text of at most ${maxName} characters such as "chat"; or also { sessions: true, answerTimeout, peerTimeout, maxCarried }, where the latter are numbers from 1`,
  test: (value) => {
    if (typeof value !== "object" || value === null) return false;
    if (Object.keys(value).some((key) => !names.includes(key))) return false;
    const { bus, name, sessions, answerTimeout, peerTimeout, maxCarried } = value as Record<
      string,
      unknown
    >;
    if (sessions !== undefined && typeof sessions !== "boolean") return false;
    if (![answerTimeout, peerTimeout, maxCarried].every(isPositive)) return false;
    if (typeof name !== "string" || name === "" || name.length > maxName) return false;
    if (loneSurrogate.test(name) || typeof bus !== "object" || bus === null) return false;
    const { maxPayload } = bus as { maxPayload?: unknown };
    if (typeof maxPayload !== "number" || !(maxPayload >= minPayload)) return false;
    const needed = sessions === true ? [...methods, ...registryMethods] : methods;
    return needed.every((method) => typeof (bus as Record<string, unknown>)[method] === "function");
  },
};

function isPositive(value: unknown): boolean {
  return value === undefined || (typeof value === "number" && value >= 1 && value < 2 ** 30);
}
