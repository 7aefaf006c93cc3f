/**
 * The seam to Node's HTTP servers.
 *
 * @module
 */

import type { Runtime } from "../runtime.ts";
import { endpointsOf } from "./endpoints.ts";
import { forgetHead } from "./request_headers.ts";
import type { NodeInfo } from "./node_info.ts";
import { onPipelinedClose } from "./pipelined_close.ts";
import { alreadySent, NodeSink, respond } from "./sink.ts";
import type { UpgradeRequest } from "./node_upgrade.ts";

/** The runtime of requests that come with a {@linkcode NodeInfo}. */
export const nodeRuntime: Runtime = {
  // Those that can be upgraded come with something else.
  upgrade: () => undefined,
  respond(answer, _request, info) {
    respond(answer, info as NodeInfo);
    return alreadySent;
  },
  stream: (headers, _request, info, listener) => new NodeSink(headers, info as NodeInfo, listener),
  readsHeadersFast: true,
  forgetHead: (_request, info, headers) => forgetHead((info as NodeInfo).req, headers),
  onAbandoned(_request, info, gone) {
    const { req, res, isGone } = info as NodeInfo;
    if (isGone) return gone();
    res.on("close", gone);
    onPipelinedClose(req, res, gone);
  },
  endpoints: (_request, info) => endpointsOf((info as NodeInfo).req.socket ?? {}),
  suspendIdleTimeout: (_request, info) => (info as NodeInfo).suspendIdleTimeout(),
  restoreIdleTimeout: (_request, info) => (info as NodeInfo).restoreIdleTimeout(),
};

/** The runtime of requests that come with an {@linkcode UpgradeRequest}. */
export const upgradeRuntime: Runtime = {
  upgrade(_request, info, listener) {
    (info as UpgradeRequest).accept(listener);
    return alreadySent;
  },
  respond(answer, _request, info) {
    // Node can answer it when it comes again as an ordinary request.
    (info as UpgradeRequest).decline(answer);
    return alreadySent;
  },
  endpoints: (_request, info) => endpointsOf((info as UpgradeRequest).socket),
};
