/**
 * Implements the interface of a runtime for Node's HTTP servers, for one request.
 *
 * @module
 */

import type { ResponseHeaders } from "../../http/headers.ts";
import type { PlainResponse } from "../../http/plain_response.ts";
import {
  type Endpoints,
  type RequestRuntime,
  runtimeKey,
  type Sink,
  type SinkListener,
} from "../runtime.ts";
import { alreadySent, Exchange } from "./exchange.ts";
import { endpointsOf, IdleTimeoutSuspension, onResponseGone } from "./node_connection.ts";
import { forgetHead, hasAllHeaders } from "./request_headers.ts";
import { NodeSink } from "./sink.ts";

/** An ordinary request. What Node takes for an upgrade comes as an `UpgradeRequest`. */
export class NodeRequestRuntime extends Exchange implements RequestRuntime {
  #suspension: IdleTimeoutSuspension | undefined;

  get [runtimeKey](): RequestRuntime {
    return this;
  }

  /** There are websockets, but not of this request. */
  upgrade(): undefined {
    return undefined;
  }

  respond(response: PlainResponse): Response {
    this.sendPlain(response);
    return alreadySent;
  }

  stream(headers: ResponseHeaders, listener: SinkListener): Sink {
    return new NodeSink(headers, this, listener);
  }

  get readsHeadersFast(): boolean {
    return true;
  }

  forgetHead(headers: Readonly<Record<string, string>>): void {
    forgetHead(this.req, headers);
  }

  onAbandoned(callback: () => void): void {
    if (this.isGone) callback();
    else onResponseGone(this.req, this.res, callback);
  }

  hasAllHeaders(): boolean {
    return hasAllHeaders(this.req);
  }

  endpoints(): Endpoints {
    return endpointsOf(this.req.socket ?? {});
  }

  suspendIdleTimeout(): void {
    this.#suspension = new IdleTimeoutSuspension(this.req, this.res);
    // An HTTP/2 connection outlives responses that are cut off.
    this.res.on("close", () => this.restoreIdleTimeout());
  }

  restoreIdleTimeout(): void {
    this.#suspension?.end();
  }
}
