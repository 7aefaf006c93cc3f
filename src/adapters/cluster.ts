/**
 * The bus for all processes of one machine, and a way to start some.
 *
 * @example
 * ```ts
 * import { createServer } from "@sockjs/web";
 * import { localBus } from "@sockjs/web/cluster";
 *
 * const bus = localBus({ name: "chat" });
 * const chat = createServer({ prefix: "/chat", cluster: { bus, name: "chat" } });
 * chat.on("connection", (connection) => {
 *   connection.subscribe("lobby");
 *   connection.on("data", (message) => connection.publish("lobby", message));
 * });
 * ```
 *
 * @module
 */

export type { Bus, BusListener, BusWatcher, Claim, Interruption } from "../cluster/bus.ts";
export { localBus, type LocalBusOptions } from "../cluster/local_bus/local_bus.ts";
export { workerNumber } from "../cluster/worker_number.ts";
export { startWorkers, type WorkerOptions, type Workers } from "../cluster/workers.ts";
