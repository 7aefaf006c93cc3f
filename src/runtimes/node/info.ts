/**
 * What goes through the server beside a request of Node's.
 *
 * @module
 */

import { type Runtime, runtimeKey } from "../../runtime.ts";
import { nodeRuntime } from "./runtime.ts";
import { Suspension } from "./timeout.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";

/** Node's own objects, and the runtime to deal with them. */
export class NodeInfo {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  #silence: Suspension | undefined;

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.req = req;
    this.res = res;
  }

  get [runtimeKey](): Runtime {
    return nodeRuntime;
  }

  /** No time-out cuts the answer off until `expectTraffic`. */
  expectSilence(): void {
    this.#silence = new Suspension(this.req, this.res);
  }

  /** The answer is about to be sent. */
  expectTraffic(): void {
    this.#silence?.end();
  }
}
