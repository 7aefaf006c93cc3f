/**
 * Probes of how EventEmitter's methods call each other.
 *
 * @module
 */

import { EventEmitter } from "node:events";

type Arguments = Parameters<EventEmitter["on"]>;

/** Notes which of the methods that `Connection` overrides are called. */
class Noting extends EventEmitter {
  readonly calls: string[] = [];

  override on(...args: Arguments): this {
    this.calls.push("on");
    return super.on(...args);
  }

  override addListener(...args: Arguments): this {
    this.calls.push("addListener");
    return super.addListener(...args);
  }

  override prependListener(...args: Arguments): this {
    this.calls.push("prependListener");
    return super.prependListener(...args);
  }
}

const methods = ["on", "addListener", "once", "prependListener", "prependOnceListener"] as const;

/** The overridden methods that each method goes through. */
export function listenerMethods() {
  return Object.fromEntries(methods.map((method) => {
    const emitter = new Noting();
    emitter[method]("event", () => {});
    return [method, emitter.calls.join(", ")] as const;
  }));
}
