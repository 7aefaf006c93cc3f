/**
 * The list of all probes, by runtime.
 *
 * @module
 */

import * as alone from "./alone.ts";
import { announcedLengths, brokenBodies } from "./bodies.ts";
import * as chunks from "./chunks.ts";
import * as closing from "./closing.ts";
import { messagesTogether } from "./arrivals.ts";
import { automaticCompression, textByDefault } from "./compression.ts";
import { defaultExports } from "./default_exports.ts";
import * as disconnects from "./disconnects.ts";
import { listenerMethods } from "./emitters.ts";
import {
  answeredSubprotocol,
  faultyHandshakes,
  handshakeVersions,
  rewrittenSubprotocols,
  rewrittenVersion,
  unaskedSubprotocol,
} from "./handshakes.ts";
import {
  addressAfterTheAnswer,
  headersAfterTheAnswer,
  urlsByHost,
  urlsByPath,
} from "./requests.ts";
import {
  idleConnections,
  longSilence,
  prolongedResponse,
  silenceByDefault,
  silentResponse,
} from "./silences.ts";
import * as slowReaders from "./slow_readers.ts";
import { openWithinUpgrade, requestAfterTheUpgrade, upgradeWithoutHandlers } from "./upgrades.ts";

/** Probes for every runtime. */
export const everywhere = {
  ...alone,
  ...chunks,
  ...closing,
  ...disconnects,
  ...slowReaders,
  announcedLengths,
  brokenBodies,
  messagesTogether,
  faultyHandshakes,
  handshakeVersions,
  headersAfterTheAnswer,
  listenerMethods,
  requestAfterTheUpgrade,
  textByDefault,
  unaskedSubprotocol,
  urlsByHost,
  urlsByPath,
};

/** Probes of what only Deno has. */
export const onDeno = {
  addressAfterTheAnswer,
  answeredSubprotocol,
  automaticCompression,
  defaultExports,
  longSilence,
};

/** Probes of what only Bun has. */
export const onBun = {
  idleConnections,
  openWithinUpgrade,
  prolongedResponse,
  rewrittenSubprotocols,
  rewrittenVersion,
  silenceByDefault,
  silentResponse,
  upgradeWithoutHandlers,
};
