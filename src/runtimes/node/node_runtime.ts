/**
 * The seam to Node's HTTP servers.
 *
 * @module
 */

import type { Runtime } from "../runtime.ts";
import { endsOf } from "./ends.ts";
import { forgetHead } from "./request_headers.ts";
import type { NodeInfo } from "./node_info.ts";
import { whenQueued } from "./queued.ts";
import { answered, NodeSink, respond } from "./sink.ts";
import type { UpgradeRequest } from "./node_upgrade.ts";

/** The runtime of requests that come with a {@linkcode NodeInfo}. */
export const nodeRuntime: Runtime = {
  // Those that can be upgraded come with something else.
  upgrade: () => undefined,
  respond(answer, _request, info) {
    respond(answer, info as NodeInfo);
    return answered;
  },
  stream: (fields, _request, info, listener) => new NodeSink(fields, info as NodeInfo, listener),
  readsHeadersFast: true,
  forgetHead: (_request, info, headers) => forgetHead((info as NodeInfo).req, headers),
  abandoned(_request, info, gone) {
    const { req, res, isGone } = info as NodeInfo;
    if (isGone) return gone();
    res.on("close", gone);
    whenQueued(req, res, gone);
  },
  ends: (_request, info) => endsOf((info as NodeInfo).req.socket ?? {}),
  expectSilence: (_request, info) => (info as NodeInfo).expectSilence(),
  expectTraffic: (_request, info) => (info as NodeInfo).expectTraffic(),
};

/** The runtime of requests that come with an {@linkcode UpgradeRequest}. */
export const upgradeRuntime: Runtime = {
  upgrade(_request, info, listener) {
    (info as UpgradeRequest).accept(listener);
    return answered;
  },
  respond(answer, _request, info) {
    // Node can answer it when it comes again as an ordinary request.
    (info as UpgradeRequest).decline(answer);
    return answered;
  },
  ends: (_request, info) => endsOf((info as UpgradeRequest).socket),
};
