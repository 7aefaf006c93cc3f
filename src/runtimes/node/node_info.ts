/**
 * What goes through the server beside a request of Node's.
 *
 * @module
 */

import { type Runtime, runtimeKey } from "../runtime.ts";
import { isQueued } from "./pipelined_close.ts";
import { nodeRuntime } from "./node_runtime.ts";
import { IdleTimeoutSuspension } from "./idle_timeout.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";

const ignore = () => {};

/** Node's own objects, and the runtime to deal with them. */
export class NodeInfo {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly #report: (error: unknown) => void;
  #suspension: IdleTimeoutSuspension | undefined;

  /** @param report hears of what Node, or whatever others have put in its place, has thrown. */
  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    report: (error: unknown) => void = ignore,
  ) {
    this.req = req;
    this.res = res;
    this.#report = report;
    try {
      // Without any listener, an error would end the process.
      res.on("error", ignore);
    } catch {
      // Others have replaced that, too.
    }
  }

  get [runtimeKey](): Runtime {
    return nodeRuntime;
  }

  /** Whether nobody waits for the answer any more. */
  get isGone(): boolean {
    const { req, res } = this;
    return (res.stream ?? req.socket)?.destroyed === true;
  }

  /** An answer has broken by itself. */
  failed(error: unknown): void {
    this.cutOff();
    this.#report(error);
  }

  /** Ends the answer in the middle. Others may have replaced Node's own ways to do that. */
  cutOff(): void {
    const { req, res } = this;
    const { stream } = res;
    const ways = [
      // Without an error, the answer would look whole to a client.
      stream && (() => stream.destroy(new Error("The answer is cut off"))),
      // Until its turn came, it would stay there with all that it has.
      isQueued(res) && req.socket && (() => req.socket?.destroy()),
      () => res.destroy(),
      () => req.destroy(),
      () => req.socket?.destroy(),
    ];
    for (const way of ways) {
      try {
        if (!way) continue;
        way();
        return;
      } catch {
        // There are others.
      }
    }
  }

  /** No time-out cuts the answer off until `restoreIdleTimeout`. */
  suspendIdleTimeout(): void {
    this.#suspension = new IdleTimeoutSuspension(this.req, this.res);
    // An HTTP/2 connection outlives answers that are given up.
    this.res.on("close", () => this.restoreIdleTimeout());
  }

  /** The answer is about to be sent. */
  restoreIdleTimeout(): void {
    this.#suspension?.end();
  }
}
