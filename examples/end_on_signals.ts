/**
 * Ends the process when a signal asks for it.
 *
 * @module
 */

import process from "node:process";
import { millisecondsOf } from "./command_line.ts";

/** What ends gracefully: a SockJS server. */
export interface Service {
  drain(): void;
  close(options: { spread: number }): Promise<void>;
}

/**
 * How long the HTTP server may take for its last responses, in ms. A client that stops in the middle
 * of a request would keep it for minutes.
 */
const maxLastResponses = 1000;

/** Ends the process at once. */
export function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
}

/**
 * Ends the process at once at SIGINT, and step by step at SIGTERM, so that no client gets an error.
 * Any further signal ends it at once.
 *
 * The environment sets the times in milliseconds. `DRAIN_MS` is how long a load balancer needs to
 * notice: the interval of its health checks, times the checks that must fail. `SPREAD_MS` is the
 * time over which clients are sent away. Both are 0 by default, as no balancer is in front.
 *
 * @param stopListening stops the HTTP server, and resolves after its last response
 */
export function endGracefully(services: readonly Service[], stopListening: () => unknown): void {
  const drainTime = millisecondsOf("DRAIN_MS");
  const spread = millisecondsOf("SPREAD_MS");
  let isEnding = false;
  process.on("SIGINT", () => process.exit(0));
  process.on("SIGTERM", async () => {
    if (isEnding) process.exit(0);
    isEnding = true;
    try {
      // From here on, health checks fail. Clients still come until the balancer has noticed.
      for (const service of services) service.drain();
      await sleep(drainTime);
      await Promise.all(services.map((service) => service.close({ spread })));
      // The last frames of polls may be on their way.
      await Promise.race([stopListening(), sleep(maxLastResponses)]);
    } finally {
      process.exit(0);
    }
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
