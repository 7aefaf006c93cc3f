/**
 * The seam to Node's HTTP servers.
 *
 * @module
 */

import type { Runtime } from "../../runtime.ts";
import { endsOf } from "./ends.ts";
import type { NodeInfo } from "./info.ts";
import { answered, NodeSink, respond } from "./sink.ts";

/** The runtime of requests that come with a {@linkcode NodeInfo}. */
export const nodeRuntime: Runtime = {
  upgrade(_request, info, listener) {
    const { req, head, websockets } = info as NodeInfo;
    // HTTP/2, or an upgrade that a proxy has left half of.
    if (head === undefined) return undefined;
    websockets.upgrade(req, head, listener);
    return answered;
  },
  respond(answer, _request, info) {
    respond(answer, info as NodeInfo);
    return answered;
  },
  stream(fields, _request, info, listener) {
    return new NodeSink(fields, info as NodeInfo, listener);
  },
  ends(_request, info) {
    return endsOf((info as NodeInfo).req.socket);
  },
};
