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
}

/** It is a part of each channel's name, which may have 341 characters on the local bus. */
const maxName = 200;
/** Such as cannot be sent as UTF-8. */
const loneSurrogate = /\p{Surrogate}/u;
/** Bytes that a bus must be able to carry. A part of them is for what stands before each message. */
const minPayload = 1024;
const methods = ["publish", "subscribe", "unsubscribe", "watch"] as const;

/** A bus and a name. */
export const aCluster: Check = {
  allowed:
    `{ bus, name }, where bus is one such as localBus({ name }), and name a text of at most ${maxName} characters such as "chat"`,
  test: (value) => {
    if (typeof value !== "object" || value === null) return false;
    if (Object.keys(value).some((key) => key !== "bus" && key !== "name")) return false;
    const { bus, name } = value as { bus?: unknown; name?: unknown };
    if (typeof name !== "string" || name === "" || name.length > maxName) return false;
    if (loneSurrogate.test(name) || typeof bus !== "object" || bus === null) return false;
    const { maxPayload } = bus as { maxPayload?: unknown };
    if (typeof maxPayload !== "number" || !(maxPayload >= minPayload)) return false;
    return methods.every((method) =>
      typeof (bus as Record<string, unknown>)[method] === "function"
    );
  },
};
