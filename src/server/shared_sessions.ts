/**
 * Sessions that all servers of a cluster share.
 *
 * @module
 */

import type { Carrying } from "../carrying/carrying.ts";
import type { ClusterOptions } from "../options/cluster_options.ts";
import type { Service } from "../routing/call.ts";
import type { Carrier, StrayReceive, StraySend } from "../routing/carrier.ts";
import type { HandlerResult } from "../routing/route.ts";
import { type ErrorReporter, shortText } from "./error_reporter.ts";

/** Makes them, if the options ask for it. The server's service is made afterwards. */
export function sharedSessions(
  options: ClusterOptions | undefined,
  service: () => Service,
  errors: ErrorReporter,
): SharedSessions | undefined {
  return options?.sessions ? new SharedSessions(options, service, errors) : undefined;
}

/** Loads the code that carries requests, which other servers do not need. Until then, they wait. */
export class SharedSessions implements Carrier {
  #carrying: Carrying | undefined;
  readonly #loaded: Promise<Carrying>;

  constructor(options: ClusterOptions, service: () => Service, errors: ErrorReporter) {
    this.#loaded = import("../carrying/carrying.ts").then(({ Carrying }) => {
      const { bus, name, answerTimeout = 3000, peerTimeout = 6000, maxCarried = 10_000 } = options;
      const { prefix } = service().settings;
      const settings = { answerTimeout, peerTimeout, maxCarried };
      return this.#carrying = new Carrying(bus, name, `${prefix}`, settings, {
        service: service(),
        warnOnce: (message) => errors.warnOnce(message),
        busFailed: (call, error) => errors.warnOnce(`Cannot ${call} the bus: ${shortText(error)}`),
        failed: (error) => errors.report(error),
      });
    });
    this.#loaded.catch((error) => errors.report(error));
  }

  get isStale(): boolean {
    return this.#carrying !== undefined && this.#carrying.isStale;
  }

  receive(stray: StrayReceive): Promise<HandlerResult> {
    return this.#carrying?.receive(stray) ??
      this.#loaded.then((carrying) => carrying.receive(stray));
  }

  send(stray: StraySend): Promise<HandlerResult> {
    return this.#carrying?.send(stray) ?? this.#loaded.then((carrying) => carrying.send(stray));
  }

  /** Ends what is carried for others, at the latest after so many milliseconds. */
  async close(timeout: number): Promise<void> {
    await this.#loaded.then((carrying) => carrying.close(timeout), () => {});
  }

  /** Leaves the bus, after the server's own sessions have ended. */
  async leave(): Promise<void> {
    await this.#loaded.then((carrying) => carrying.leave(), () => {});
  }
}
