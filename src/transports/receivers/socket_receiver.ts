/**
 * The receiver of the websocket transports.
 *
 * @module
 */

import { Arrivals } from "./arrivals.ts";
import { guarded } from "../../event_loop/guard.ts";
import type { ClosingConnection } from "../../session/closing_connections.ts";
import type { Grant } from "../../options/server_options.ts";
import { Frame } from "../../protocol/message.ts";
import type { ClientInfo } from "../../session/client_info.ts";
import {
  binaryMessage,
  brokenFraming,
  type CloseStatus,
  goingAway,
  internalError,
  messageTooBig,
  websocketCloseCode,
  websocketCloseReason,
} from "../../protocol/close_codes.ts";
import { heartbeatFrame } from "../../protocol/frames.ts";
import { decodeText } from "../../protocol/payload.ts";
import { utf8Length } from "../../protocol/utf8.ts";
import type { Socket, SocketListener } from "../../runtimes/runtime.ts";
import type { Service } from "../../routing/call.ts";
import type { Session } from "../../session/session.ts";
import type { HeartbeatResult, Receiver } from "../../session/receiver.ts";
import { inNextTurn } from "../../event_loop/turns.ts";

/** Ties a websocket and its session together, from its opening to its end. */
export class SocketReceiver implements Receiver, SocketListener, ClosingConnection {
  readonly #service: Service;
  readonly #peer: ClientInfo;
  readonly #grant: Grant;
  readonly #raw: boolean;
  /** Until its connection is gone. */
  #connection: Socket | undefined;
  /** The same as long as there is something to say. */
  #socket: Socket | undefined;
  #session: Session | undefined;
  #paused = false;
  /** Made when the first message comes, where those that come together are told apart. */
  #arrivals: Arrivals | undefined;
  /** Bytes in the socket that the server counts. */
  #counted = 0;
  /** The peer owes a sign of life. */
  #awaitsPong = false;
  /** It can have given one since the waiting for it began; and what had come by then. */
  #couldAnswer = false;
  #bytesRead = 0;

  constructor(service: Service, peer: ClientInfo, grant: Grant, raw: boolean) {
    this.#service = service;
    this.#peer = peer;
    this.#grant = grant;
    this.#raw = raw;
  }

  get maxMessageSize(): number {
    return this.#service.settings.maxMessageSize;
  }

  get subprotocol(): string | undefined {
    return this.#peer.subprotocol;
  }

  get heldBytes(): number {
    return this.#counted;
  }

  get isOver(): boolean {
    return true;
  }

  get drainThreshold(): number {
    return this.#service.sessions.drainThreshold;
  }

  get maxSilence(): number {
    const { heartbeatDelay, heartbeatTimeout } = this.#service.settings;
    return heartbeatDelay + heartbeatTimeout;
  }

  opened(socket: Socket): void {
    guarded(this, this.#opened, socket);
  }

  #opened(socket: Socket): void {
    this.#connection = this.#socket = socket;
    this.#session = this.#service.createSession(this.#peer, this.#grant, "", this.#raw);
    this.#session.attach(this, this.#peer);
  }

  message(text: string | undefined): void {
    guarded(this, this.#message, text);
  }

  #message(text: string | undefined): void {
    // What was on its way when this ended is not worth reading.
    if (this.#socket === undefined) return;
    this.#markAlive();
    if (text === undefined) return this.#refuse(binaryMessage);
    if (isLonger(text, this.maxMessageSize)) return this.#refuse(messageTooBig);
    const messages = this.#raw ? [text] : decodeText(text);
    if (messages === undefined) this.#refuse(brokenFraming);
    else if (this.#mayBeTheLast(this.#socket)) this.#session?.acceptAndFlush(messages);
    else this.#session?.accept(messages);
  }

  /**
   * Deno and Bun send nothing more once they have come to a close frame or to a broken one,
   * which may stand right behind this message.
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

  closing(): void {
    if (this.#session !== undefined) guarded(this.#session, this.#session.flushAll, undefined);
  }

  drained(): void {
    this.#recount();
    if (this.#session !== undefined) guarded(this.#session, this.#session.flush, undefined);
  }

  /** Only where the socket tells when it has left: what is less it may have sent by now. */
  #recount(): void {
    const amount = this.#connection?.bufferedUpperBound ?? 0;
    const counted = amount > this.drainThreshold ? amount : 0;
    if (counted === this.#counted) return;
    const by = counted - this.#counted;
    this.#counted = counted;
    this.#service.sessions.bufferBudget.change(by);
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

  get awaitsArrivals(): boolean {
    return this.#socket?.deliversApart === true && this.#arrivals?.moreAreLikely !== false;
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

  heartbeat(): HeartbeatResult {
    const socket = this.#socket;
    if (socket === undefined) return "handled";
    if (this.#awaitsPong) return this.#isMissing(socket) ? "dead" : this.#wait(socket);
    if (!this.#raw && this.#service.settings.heartbeatFrames) {
      socket.send(new Frame(heartbeatFrame));
    }
    this.#awaitsPong = true;
    if (socket.ping() && this.#awaitsPong) return this.#wait(socket);
    this.#awaitsPong = false;
    return "handled";
  }

  /** A peer that is not read says nothing, and one whose ping is still on its way is slow, not dead. */
  #wait(socket: Socket): HeartbeatResult {
    const couldAnswer = () => !this.#paused && socket.bufferedAmount === 0;
    this.#bytesRead = socket.bytesRead;
    this.#couldAnswer = couldAnswer();
    // Some connections take a turn for what they do not have to keep.
    if (!this.#couldAnswer) {
      inNextTurn(() => this.#couldAnswer = couldAnswer(), (error) => this.failed(error));
    }
    return "awaiting-pong";
  }

  /** A pong waits behind the message that its peer is about to send. */
  #isMissing(socket: Socket): boolean {
    return this.#couldAnswer && socket.bytesRead === this.#bytesRead;
  }

  pause(): void {
    this.#paused = true;
    this.#couldAnswer = false;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.resume();
  }

  end(status: CloseStatus): void {
    this.#letGo()?.close(websocketCloseCode(status.code), websocketCloseReason(status.reason));
  }

  abort(status: CloseStatus): void {
    this.#letGo()?.terminate(websocketCloseCode(status.code), websocketCloseReason(status.reason));
  }

  /** Cuts off what the peer should have closed by now. */
  destroy(): void {
    this.#connection?.terminate(goingAway.code, goingAway.reason);
  }

  /** A peer that never answers may keep the socket, but not what hangs on it. */
  #letGo(): Socket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#session = undefined;
    if (socket === undefined) return undefined;
    this.#service.sessions.closingConnections.addSlow(this);
    // The peer's close frame has to be read.
    if (this.#paused) socket.resume();
    return socket;
  }

  /** Ends both without a SockJS frame: this client does not speak SockJS. */
  #refuse(status: CloseStatus): void {
    const session = this.#session;
    // Answers to what came before it, which wait for the end of the turn.
    session?.flush();
    this.end(status);
    session?.disconnect(this, status, false);
  }
}

const noCloseFrame = 1006;

/** Whether a text takes more bytes than that; no code unit takes more than three. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && utf8Length(text) > bytes;
}
