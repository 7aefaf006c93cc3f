/** Prints whether EventEmitter reports rejections, before and after `node:process` is imported. */

import { EventEmitter } from "node:events";

function caught(): Promise<boolean> {
  const emitter = new EventEmitter({ captureRejections: true });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  emitter.on("error", () => resolve(true));
  emitter.on("event", () => Promise.reject(new Error("not handled by anybody else")));
  emitter.emit("event");
  // Far more turns than the microtask and the tick that it takes.
  setTimeout(resolve, 50, false);
  return promise;
}

const alone = await caught();
await import("node:process");
const withProcess = await caught();
console.log(JSON.stringify({ alone, withProcess }));
