/**
 * The option `cluster`, and its check.
 *
 * @module
 */

import type { Bus } from "../cluster/bus.ts";
import { aBoolean, type Check } from "./checks.ts";
import { nearest } from "./names.ts";

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
   * asks it. Later, the request gets a 503. A number from 100; only with `sessions: true`.
   *
   * @default {3000}
   */
  readonly answerTimeout?: number | undefined;
  /**
   * Milliseconds without a sign of life after which another process counts as gone. Its requests that
   * this process carries then end, and so do those of its own that the other carries. It is independent
   * of the bus's option of the same name. A number from 100; only with `sessions: true`.
   *
   * @default {6000}
   */
  readonly peerTimeout?: number | undefined;
  /**
   * How many requests this process carries at a time for sessions of other processes, and how many of
   * each other process it serves. Further ones get a 503. An integer from 1; only with `sessions: true`.
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
/** Milliseconds. With less, a process that is merely busy would count as gone. */
const minTimeout = 100;

const aTimeout: Check = {
  allowed: `milliseconds from ${minTimeout}`,
  test: (value) => typeof value === "number" && value >= minTimeout && value < 2 ** 30,
};

const values: Readonly<Record<string, Check>> = {
  bus: {
    allowed: `a bus such as localBus({ name }), whose maxPayload is at least ${minPayload}`,
    test(bus) {
      const maxPayload = typeof bus === "object" && bus !== null && "maxPayload" in bus
        ? bus.maxPayload
        : undefined;
      return typeof maxPayload === "number" && maxPayload >= minPayload && has(bus, methods);
    },
  },
  name: {
    allowed: `a text of at most ${maxName} characters such as "chat"`,
    test: (name) =>
      typeof name === "string" && name !== "" && name.length <= maxName &&
      !loneSurrogate.test(name),
  },
  sessions: aBoolean,
  answerTimeout: aTimeout,
  peerTimeout: aTimeout,
  maxCarried: {
    allowed: "an integer from 1",
    test: (value) =>
      Number.isInteger(value) && (value as number) >= 1 && (value as number) < 2 ** 30,
  },
};
const optional = ["sessions", "answerTimeout", "peerTimeout", "maxCarried"];

/** A bus and a name. */
export const aCluster: Check = {
  allowed: "{ bus, name }, or also { sessions, answerTimeout, peerTimeout, maxCarried }",
  test: (value) => typeof value === "object" && value !== null && wrongPart(value) === undefined,
  advice: (value) => typeof value === "object" && value !== null ? wrongPart(value) : undefined,
};

/** What is wrong with the first part that is. */
function wrongPart(value: object): string | undefined {
  const given = value as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    if (name in values) continue;
    const near = nearest(name, Object.keys(values));
    return `it has no option ${name}` + (near === undefined ? "" : `; write ${near}`);
  }
  for (const [name, { test, allowed }] of Object.entries(values)) {
    if (given[name] === undefined && optional.includes(name)) continue;
    if (!test(given[name])) return `its ${name} must be ${allowed}`;
  }
  if (given["sessions"] === true && !has(given["bus"], registryMethods)) {
    return `with sessions: true, its bus must have ${registryMethods.join(", ")}`;
  }
  return undefined;
}

function has(bus: unknown, needed: readonly string[]): boolean {
  return needed.every((name) => typeof (bus as Record<string, unknown>)[name] === "function");
}
