/**
 * The options of a NATS bus.
 *
 * @module
 */

import { refuseOtherLog, refuseOthers } from "../known_options.ts";
import type { NatsBucket, NatsConnection } from "./nats_client.ts";
import { encodedName } from "./nats_names.ts";

/** Options of {@linkcode natsBus}. */
export interface NatsBusOptions {
  /**
   * The connection, as `connect` of `@nats-io/transport-node` gives it. Connect with
   * `maxReconnectAttempts: -1`: otherwise it ends for good after a while without a server.
   */
  connection: NatsConnection;
  /**
   * The bucket for claims, as `Kvm` of `@nats-io/kv` gives it; or a function that opens it. That is
   * called for the first claim, and again if the bucket is gone. Servers with `sessions: true` need it.
   * Its `ttl` must be as long as the longest claim; servers claim for an hour. Make it with
   * `allow_direct: false`.
   *
   * @default none: claims are refused
   */
  kv?: NatsBucket | (() => Promise<NatsBucket>) | undefined;
  /**
   * What the subjects of this bus begin with. Buses with the same one belong together.
   *
   * @default {"sockjs"}
   */
  subject?: string | undefined;
  /**
   * Milliseconds after which a call rejects that the server has not answered; at least 100.
   *
   * @default {3000}
   */
  timeout?: number | undefined;
  /**
   * Called with what an operator should know.
   *
   * @default prints to the console
   */
  log?: ((message: string) => void) | undefined;
}

/** Options that are there. */
export interface NatsBusSettings {
  readonly connection: NatsConnection;
  readonly open: (() => Promise<NatsBucket>) | undefined;
  readonly subject: string;
  readonly timeout: number;
  readonly log: (message: string) => void;
}

/** The options of the client. They are not in its types. */
interface ClientOptions {
  readonly noEcho?: unknown;
  readonly maxReconnectAttempts?: unknown;
}

const start = "Cannot make a NATS bus:";
const methods = ["publish", "subscribe", "flush", "status", "isClosed"] as const;
const bucketMethods = ["get", "put", "delete", "status"] as const;

/** Checks the options, and fills in defaults. */
export function natsBusSettings(options: NatsBusOptions): NatsBusSettings {
  refuseOthers(start, options, ["connection", "kv", "subject", "timeout", "log"]);
  const { connection, kv, subject = "sockjs", timeout = 3000 } = options;
  if (!hasMethods(connection, methods)) {
    throw new TypeError(
      `${start} connection must be what connect of @nats-io/transport-node gives`,
    );
  }
  if (kv !== undefined && typeof kv !== "function" && !hasMethods(kv, bucketMethods)) {
    throw new TypeError(
      `${start} kv must be a bucket of @nats-io/kv, or a function that opens one`,
    );
  }
  const isSubject = typeof subject === "string" && subject !== "" &&
    subject.split(".").every((part) => part !== "" && encodedName(part) === part);
  if (!isSubject) {
    throw new TypeError(
      `${start} subject must have letters, digits, "-" and "_", and dots between`,
    );
  }
  if (!(typeof timeout === "number" && timeout >= 100 && timeout <= 2 ** 30)) {
    throw new RangeError(`${start} timeout must be a number from 100 to ${2 ** 30}`);
  }
  refuseOtherLog(start, options.log);
  if (connection.isClosed()) throw new Error(`${start} the connection is closed`);
  if (clientOptions(connection)?.noEcho === true) {
    throw new TypeError(`${start} connect without noEcho: servers have to hear themselves`);
  }
  const log = options.log ?? ((message) => console.error(message));
  const open = typeof kv === "object" ? () => Promise.resolve(kv) : kv;
  return { connection, open, subject, timeout, log };
}

/** Whether the connection ends for good after a while without a server. */
export function givesUp(connection: NatsConnection): boolean {
  const attempts = clientOptions(connection)?.maxReconnectAttempts;
  return attempts !== undefined && attempts !== -1;
}

function clientOptions(connection: NatsConnection): ClientOptions | undefined {
  return (connection as { options?: ClientOptions }).options;
}

function hasMethods(object: unknown, names: readonly string[]): boolean {
  if (typeof object !== "object" || object === null) return false;
  return names.every((name) => typeof (object as Record<string, unknown>)[name] === "function");
}
