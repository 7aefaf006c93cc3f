/**
 * The response that tells a client that its session is gone with its owner.
 *
 * @module
 */

import { interrupted } from "../protocol/close_codes.ts";
import { closeFrame } from "../protocol/frames.ts";
import { Frame } from "../protocol/message.ts";
import type { StrayReceive } from "../routing/carrier.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { ReceiverOwner } from "../session/receiver.ts";

/** A close frame with 1002, as the transport frames it. */
export function interruptionResponse(
  stray: StrayReceive,
): HandlerResult | Promise<HandlerResult> {
  const { call } = stray;
  const headers = stray.headers(call);
  const receiver = stray.receiver(nobody, headers);
  const { code, reason } = interrupted;
  receiver.send(new Frame(stray.encode(closeFrame(code, reason))));
  receiver.end(interrupted);
  return receiver.respond(call, headers);
}

/** A response without a session. */
const nobody: ReceiverOwner = {
  flush() {},
  detach() {},
  detachEarly() {},
  arrived() {},
  interrupt() {},
  failed() {},
};
