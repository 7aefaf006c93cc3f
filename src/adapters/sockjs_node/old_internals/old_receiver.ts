/**
 * What carries messages to a client, as `_session.recv` of sockjs-node shows it.
 *
 * @module
 */

import type { Protocol } from "../../../protocol/transport_names.ts";
import type { IncomingMessage, NodeSocket, ServerResponse } from "../../../runtimes/node/types.ts";
import type { ReceivingRequest } from "../receiving_request.ts";

/** Node's own objects of a receiving request. */
export class OldReceiver {
  readonly protocol: Protocol;
  readonly request: IncomingMessage;
  /** Only of a response. Its `connection` is the socket. */
  declare readonly response?: ServerResponse;
  /** Only of a websocket: its socket. */
  declare readonly connection?: NodeSocket | null;
  /** Only of a websocket. */
  declare readonly ws?: { readonly request: IncomingMessage };

  constructor({ req, res, socket }: ReceivingRequest, protocol: Protocol) {
    this.protocol = protocol;
    this.request = req;
    if (res !== undefined) this.response = res;
    else {
      this.connection = socket;
      this.ws = { request: req };
    }
  }
}
