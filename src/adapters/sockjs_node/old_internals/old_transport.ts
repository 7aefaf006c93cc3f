/**
 * What `sockjs/lib/transport` of sockjs-node exports, as far as programs use it.
 *
 * Left out are `Session.bySessionId`, as the ids in URLs are secret; the queue and the timers of a
 * session, which are the core's here; and the classes of receivers, as the core has its own.
 *
 * @module
 */

import type { Connection as WebConnection } from "../../../connection/connection.ts";
import type { FailureHandler } from "../../../event_loop/guard.ts";
import {
  CLOSED,
  CLOSING,
  CONNECTING,
  OPEN,
  type ReadyState,
} from "../../../protocol/ready_state.ts";
import type { IncomingMessage } from "../../../runtimes/node/types.ts";
import { type Session as CoreSession, sessionKey } from "../../../session/session.ts";
import { callSafely } from "../call_safely.ts";
import { describe, type ReceivingRequest, takeRequest } from "../receiving_request.ts";
import { emitEnd, failureHandler, received } from "../inner_keys.ts";
import { Connection } from "../stream_connection.ts";
import { OldReceiver } from "./old_receiver.ts";

/** The values of `readyState`. */
export const Transport = { CONNECTING, OPEN, CLOSING, CLOSED } as const;

const attach = Symbol("attach");
const end = Symbol("end");

/** The object behind a connection. Programs replace its methods, or those of the prototype. */
export class Session {
  /** Null after the end. */
  connection: SockJSConnection | null;
  readonly #core: CoreSession;
  /** The last receiving request, and what the application sees of it. */
  #request: ReceivingRequest | undefined;
  #receiver: OldReceiver | undefined;
  /** Whether a receiving request is being described. It may be over already. */
  #isAttaching = false;
  /** Emits `end` and `close`. Only while the session ends. */
  #emitEnd: (() => void) | undefined;

  constructor(connection: SockJSConnection, core: CoreSession) {
    this.connection = connection;
    this.#core = core;
  }

  get readyState(): ReadyState {
    return this.#core.readyState;
  }

  get prefix(): string {
    return this.connection?.prefix ?? this.#core.client.prefix;
  }

  /** The receiving request that takes messages at the moment; null if there is none. */
  get recv(): OldReceiver | null {
    if (!this.#core.attached && !this.#isAttaching) this.#request = this.#receiver = undefined;
    if (this.#request === undefined) return null;
    return (this.#receiver ??= new OldReceiver(this.#request, this.#core.client.protocol));
  }

  /** Sets what the connection shows of its client. Called for each receiving request. */
  decorateConnection(req: IncomingMessage): void {
    if (this.connection !== null) describe(this.connection, this.#core.client, req.headers);
  }

  // Not by methods that the connection itself may have: those may call these.
  send(message: unknown): boolean {
    const { connection } = this;
    return connection !== null && Connection.prototype.write.call(connection, message);
  }

  close(code?: unknown, reason?: unknown): boolean {
    const { connection } = this;
    return connection !== null && Connection.prototype.close.call(connection, code, reason);
  }

  /** Emits a message as if the client had sent it. */
  didMessage(message: string): void {
    if (this.readyState === OPEN) this.connection?.emit("data", message);
  }

  /** Called at the end of the session: emits the last events. */
  didTimeout(): void {
    this.#finish();
  }

  /** Called in its place at the end of a raw websocket. */
  didClose(): void {
    this.#finish();
  }

  #finish(): void {
    const emit = this.#emitEnd;
    this.#emitEnd = undefined;
    // The application has called this by itself.
    if (emit === undefined) return void this.close();
    emit();
    this.connection = null;
  }

  /** Returns what the application's function has returned. Without a request, it is another process's. */
  [attach](request: ReceivingRequest | undefined): unknown {
    this.#request = request;
    this.#receiver = undefined;
    if (request === undefined) return undefined;
    this.#isAttaching = true;
    try {
      return this.decorateConnection(request.req);
    } finally {
      this.#isAttaching = false;
    }
  }

  /** Returns what the application's function has returned. */
  [end](emit: () => void): unknown {
    this.#request = this.#receiver = undefined;
    this.#emitEnd = emit;
    return this.#core.isRaw ? this.didClose() : this.didTimeout();
  }
}

/** A connection with its session. */
export class SockJSConnection extends Connection {
  /** What programs know of the session. The application may assign it. */
  _session: Session;
  readonly #session: Session;
  readonly #core: CoreSession;

  constructor(connection: WebConnection, handler: FailureHandler) {
    super(connection, handler);
    this.#core = connection[sessionKey];
    this._session = this.#session = new Session(this, this.#core);
  }

  override [received](): unknown {
    const request = takeRequest(this.#core.client);
    const result = this.#session[attach](request);
    return request === undefined ? super[received]() : result;
  }

  /**
   * A function in the place of `didTimeout` may emit `close` by itself and destroy the connection.
   * In sockjs-node, no listener is left then.
   */
  override [emitEnd](): void {
    let isEmitted = false;
    let isDone = false;
    const note = () => {
      isEmitted = true;
    };
    const emit = () => {
      // A function that has failed may still call the one that it replaced.
      if (isDone) return;
      isDone = true;
      this.removeListener("close", note);
      super[emitEnd](isEmitted);
    };
    const failed = (error: unknown) => {
      this[failureHandler].failed(error);
      emit();
    };
    this.prependOnceListener("close", note);
    callSafely(() => this.#session[end](emit), { failed });
    this.removeListener("close", note);
  }
}
