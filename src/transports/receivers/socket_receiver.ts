/**
 * The receiver of the websocket transports.
 *
 * @module
 */

import { Arrivals } from "./arrivals.ts";
import { flushAtEndOfTurn, flushSoon } from "../../event_loop/flush_queue.ts";
import { guarded } from "../../event_loop/guard.ts";
import type { ClosingConnection } from "../../session/closing_connections.ts";
import type { Frame } from "../../protocol/message.ts";
import type { ClientInfo } from "../../session/client_info.ts";
import {
  binaryMessage,
  brokenFraming,
  type CloseStatus,
  goingAway,
  internalError,
  messageTooBig,
  noCloseFrame,
  websocketCloseCode,
  websocketCloseReason,
} from "../../protocol/close_codes.ts";
import { decodeText } from "../../protocol/payload.ts";
import { quoted } from "../../protocol/quoted.ts";
import { utf8Length } from "../../protocol/utf8.ts";
import type { Socket, SocketListener } from "../../runtimes/runtime.ts";
import type { Service } from "../../routing/call.ts";
import { refusalOf } from "../../session/refusals.ts";
import type { Session } from "../../session/session.ts";
import type { HeartbeatResult, Receiver } from "../../session/receiver.ts";
import { inNextTurn } from "../../event_loop/turns.ts";

/** Ties a websocket and its session together, from its opening to its end. */
export class SocketReceiver implements Receiver, SocketListener, ClosingConnection {
  readonly #service: Service;
  readonly #clientInfo: ClientInfo;
  /** Makes the session, once. */
  #createSession: (() => Session) | undefined;
  /** The websocket, until its connection is gone. */
  #connection: Socket | undefined;
  /** The same websocket, until the server closes it. */
  #socket: Socket | undefined;
  #session: Session | undefined;
  #paused = false;
  /** Made when the first message comes, if the runtime delivers messages one by one. */
  #arrivals: Arrivals | undefined;
  /** Bytes in the socket that the server counts. */
  #counted = 0;
  /** Bytes of a message that is still arriving, which the server counts, too. */
  arrivingBytes = 0;
  /** Whether the client has yet to answer a ping. */
  #awaitsPong = false;
  /** Whether it could have answered since then, and how many bytes it had sent by then. */
  #couldRespond = false;
  #bytesRead = 0;

  /** @param createSession is called when the websocket opens. */
  constructor(service: Service, clientInfo: ClientInfo, createSession: () => Session) {
    this.#service = service;
    this.#clientInfo = clientInfo;
    this.#createSession = createSession;
  }

  get maxMessageSize(): number {
    return this.#service.settings.maxMessageSize;
  }

  get subprotocol(): string | undefined {
    return this.#clientInfo.subprotocol;
  }

  get heldBytes(): number {
    return this.#counted + this.arrivingBytes;
  }

  get isOver(): boolean {
    return true;
  }

  get drainThreshold(): number {
    return this.#service.sessions.drainThreshold;
  }

  get maxSilence(): number | undefined {
    const { heartbeatDelay, heartbeatTimeout } = this.#service.settings;
    return this.#getsPings ? heartbeatDelay + heartbeatTimeout : undefined;
  }

  get #getsPings(): boolean {
    return this.#clientInfo.protocol !== "websocket-raw" || this.#service.settings.rawPings;
  }

  opened(socket: Socket): void {
    guarded(this, this.#opened, socket);
  }

  #opened(socket: Socket): void {
    this.#connection = this.#socket = socket;
    this.#session = this.#createSession?.();
    this.#createSession = undefined;
    this.#session?.attach(this, this.#clientInfo);
  }

  message(text: string | undefined): void {
    guarded(this, this.#message, text);
  }

  #message(text: string | undefined): void {
    const session = this.#session;
    // What was on its way when this ended is dropped.
    if (this.#socket === undefined || session === undefined) return;
    this.#markAlive();
    if (text === undefined) return this.#refuse(binaryMessage);
    if (isLonger(text, this.maxMessageSize)) return this.#refuse(messageTooBig);
    const messages = session.isRaw ? [text] : decodeText(text);
    if (messages === undefined) this.#refuse(brokenFraming);
    else if (this.#mayBeTheLast(this.#socket)) session.acceptAndFlush(messages);
    else session.accept(messages);
  }

  /**
   * Whether what is written in answer to this message leaves at once. Deno and Bun send nothing
   * more when they have read a close frame or a broken one, which may come right behind this
   * message.
   */
  #mayBeTheLast(socket: Socket): boolean {
    if (!socket.deliversApart) return false;
    this.#arrivals ??= new Arrivals();
    this.#arrivals.note();
    return !this.#arrivals.moreAreLikely;
  }

  tooLong(): void {
    if (this.#socket !== undefined) guarded(this, this.#refuse, messageTooBig);
  }

  refused(reason: string): void {
    if (this.#socket !== undefined) {
      this.#service.sessions.log?.refused("runtime", () => quoted(reason));
    }
  }

  closing(): void {
    if (this.#session !== undefined) guarded(this.#session, this.#session.flushAll, undefined);
  }

  drained(): void {
    this.#recount();
    if (this.#session !== undefined) guarded(this.#session, this.#session.flush, undefined);
  }

  #recount(): void {
    const waiting = this.#connection?.bufferedUpperBound ?? 0;
    this.#counted = this.#service.sessions.recount(this.#counted, waiting);
  }

  arriving(bytes: number): void {
    const { bufferBudget } = this.#service.sessions;
    bufferBudget.change(bytes - this.arrivingBytes);
    this.arrivingBytes = bytes;
    const session = this.#session;
    const isTooMuch = session !== undefined && bufferBudget.isOverrunBy(session);
    if (isTooMuch) guarded(session, session.evict, undefined);
  }

  pong(): void {
    guarded(this, this.#markAlive, undefined);
  }

  #markAlive(): void {
    if (!this.#awaitsPong) return;
    this.#awaitsPong = false;
    this.#session?.markAlive();
  }

  closed(code: number, reason: string): void {
    this.#connection = this.#socket = undefined;
    this.#recount();
    this.arriving(0);
    this.#service.sessions.connectionGone(this);
    const disconnect = () =>
      this.#session?.disconnect(this, { code, reason }, code !== noCloseFrame);
    guarded(this, disconnect, undefined);
  }

  failed(error: unknown): void {
    if (this.#session === undefined) this.#service.sessions.report(error);
    else this.#session.failed(error);
    this.end(internalError);
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  get bufferedUpperBound(): number {
    return this.#socket?.bufferedUpperBound ?? 0;
  }

  scheduleFlush(): void {
    const session = this.#session;
    if (session === undefined) return;
    const awaitsArrivals = this.#socket?.deliversApart === true &&
      this.#arrivals?.moreAreLikely !== false;
    (awaitsArrivals ? flushAtEndOfTurn : flushSoon)(session);
  }

  /**
   * Joining, escaping and encoding 16 MiB in one frame took up to 116 MB of memory; in frames of
   * this size it takes up to 45.
   */
  get frameSize(): number {
    return 256 * 1024;
  }

  send(frame: Frame): boolean {
    this.#socket?.send(frame);
    this.#recount();
    return true;
  }

  get wantsHeartbeatFrame(): boolean {
    return !this.#awaitsPong && this.#service.settings.heartbeatFrames;
  }

  heartbeat(): HeartbeatResult {
    const socket = this.#socket;
    if (socket === undefined || !this.#getsPings) return "handled";
    if (this.#awaitsPong) return this.#isMissing(socket) ? "dead" : this.#wait(socket);
    this.#awaitsPong = true;
    if (socket.ping() && this.#awaitsPong) return this.#wait(socket);
    this.#awaitsPong = false;
    return "handled";
  }

  /** A client that is not read, or whose ping is still on its way, does not count as dead. */
  #wait(socket: Socket): HeartbeatResult {
    const couldRespond = () => !this.#paused && socket.bufferedAmount === 0;
    this.#bytesRead = socket.bytesRead;
    this.#couldRespond = couldRespond();
    // Some runtimes take a turn to send even what the system takes at once.
    if (!this.#couldRespond) {
      inNextTurn(() => this.#couldRespond = couldRespond(), (error) => this.failed(error));
    }
    return "awaiting-pong";
  }

  /** Bytes that came may be a long message, with the pong behind it. */
  #isMissing(socket: Socket): boolean {
    return this.#couldRespond && socket.bytesRead === this.#bytesRead;
  }

  pause(): void {
    this.#paused = true;
    this.#couldRespond = false;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.resume();
  }

  end(status: CloseStatus): void {
    this.#release()?.close(websocketCloseCode(status.code), websocketCloseReason(status.reason));
  }

  abort(status: CloseStatus): void {
    this.#release()?.terminate(
      websocketCloseCode(status.code),
      websocketCloseReason(status.reason),
    );
  }

  /** The client should have closed by now. */
  destroy(): void {
    this.#connection?.terminate(goingAway.code, goingAway.reason);
  }

  /** A client that never closes keeps the socket, but not its session. */
  #release(): Socket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#session = undefined;
    if (socket === undefined) return undefined;
    this.#service.sessions.closingConnections.addSlow(this);
    // So that the client's close frame is read.
    if (this.#paused) socket.resume();
    return socket;
  }

  /** Ends socket and session without a SockJS frame: this client does not speak SockJS. */
  #refuse(status: CloseStatus): void {
    const session = this.#session;
    // What was written to earlier messages may wait for the end of the turn.
    session?.flush();
    this.end(status);
    session?.disconnect(this, status, false);
    this.#service.sessions.log?.refused(refusalOf(status));
  }
}

/** Whether a text takes more bytes than that; no code unit takes more than three. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && utf8Length(text) > bytes;
}
