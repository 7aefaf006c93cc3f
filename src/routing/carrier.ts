/**
 * The interface of a carrier: what serves requests of sessions that are not in this process, but may
 * be in another one. Only servers whose cluster shares its sessions have one.
 *
 * @module
 */

import type { ResponseHeaders } from "../http/headers.ts";
import type { PlainResponse } from "../http/plain_response.ts";
import type { BodyWatcher } from "../http/body.ts";
import type { Grant } from "../options/option_functions.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import type { Receiver, ReceiverOwner } from "../session/receiver.ts";
import type { Unavailable } from "../session/refusals.ts";
import type { Call } from "./call.ts";
import type { HandlerResult } from "./route.ts";

/** Serves requests of sessions that are not in this process. */
export interface Carrier {
  /** Whether it has to serve all others as well: what is in this process may be another one's by now. */
  readonly isStale: boolean;
  receive(stray: StrayReceive): Promise<HandlerResult>;
  send(stray: StraySend): Promise<HandlerResult>;
}

/** A receiver whose frames are a response of this process. */
export interface HttpReceiver extends Receiver {
  respond(call: Call, headers: ResponseHeaders): HandlerResult | Promise<HandlerResult>;
}

/** A request of a session that is not in this process, and the responses that it may get. */
export interface Stray {
  readonly call: Call;
  readonly headers: (call: Call) => ResponseHeaders;
  /** Handles it anew: the session may be here by now. */
  again(): HandlerResult | Promise<HandlerResult>;
}

/** A receiving request. */
export interface StrayReceive extends Stray {
  readonly protocol: Protocol;
  /** Opens the session here. */
  open(grant: Grant): HandlerResult | Promise<HandlerResult>;
  /** No session may be opened now. */
  refuse(reason: Unavailable): PlainResponse;
  /** Begins a response with frames that are encoded already. */
  receiver(owner: ReceiverOwner, headers: ResponseHeaders): HttpReceiver;
  /** A frame as the client expects it. */
  encode(frame: string): string;
}

/** A send. */
export interface StraySend extends Stray {
  /** Reads the payload; or, if it is not valid, responds. */
  read(watcher: BodyWatcher): Promise<string | PlainResponse>;
  /** The response when the messages were accepted. */
  accept(): PlainResponse;
  /** The response when there is no such session. */
  noSession(): PlainResponse;
}
