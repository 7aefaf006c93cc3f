/**
 * The seam to Node's HTTP servers.
 *
 * @module
 */

import type { Runtime } from "../../runtime.ts";
import { endsOf } from "./ends.ts";
import type { NodeInfo } from "./info.ts";
import { answered, NodeSink, respond } from "./sink.ts";
import type { UpgradeRequest } from "./upgrade.ts";

/** The runtime of requests that come with a {@linkcode NodeInfo}. */
export const nodeRuntime: Runtime = {
  // Those that can be upgraded come with something else.
  upgrade: () => undefined,
  respond(answer, _request, info) {
    respond(answer, info as NodeInfo);
    return answered;
  },
  stream: (fields, _request, info, listener) => new NodeSink(fields, info as NodeInfo, listener),
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
