/**
 * The receiver of the websocket transports.
 *
 * @module
 */

import type { Peer } from "../peer.ts";
import {
  binaryMessage,
  brokenFraming,
  type CloseStatus,
  messageTooBig,
  websocketCloseCode,
  websocketCloseReason,
} from "../protocol/close_codes.ts";
import { decodeText } from "../protocol/payload.ts";
import { utf8Length } from "../protocol/utf8.ts";
import type { Socket, SocketListener } from "../runtime.ts";
import type { Service } from "../service.ts";
import type { Receiver, Session } from "../session.ts";

/** Ties a websocket and its session together, from its opening to its end. */
export class SocketReceiver implements Receiver, SocketListener {
  readonly #service: Service;
  readonly #peer: Peer;
  readonly #raw: boolean;
  #socket: Socket | undefined;
  #session: Session | undefined;

  constructor(service: Service, peer: Peer, raw: boolean) {
    this.#service = service;
    this.#peer = peer;
    this.#raw = raw;
  }

  get maxMessageSize(): number {
    return this.#service.settings.maxMessageSize;
  }

  opened(socket: Socket): void {
    this.#socket = socket;
    this.#session = this.#service.createSession(this.#peer, "", this.#raw);
    this.#session.attach(this, this.#peer);
  }

  message(text: string | undefined): void {
    // What was on its way when this ended is not worth reading.
    if (this.#socket === undefined) return;
    if (text === undefined) return this.#refuse(binaryMessage);
    if (isLonger(text, this.maxMessageSize)) return this.tooLong();
    const messages = this.#raw ? [text] : decodeText(text);
    if (messages === undefined) this.#refuse(brokenFraming);
    else this.#session?.receive(messages);
  }

  tooLong(): void {
    if (this.#socket !== undefined) this.#refuse(messageTooBig);
  }

  drained(): void {
    this.#session?.flush();
  }

  closed(code: number, reason: string): void {
    this.#session?.disconnect(this, { code, reason }, code !== noCloseFrame);
  }

  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  send(frame: string): boolean {
    this.#socket?.send(frame);
    return true;
  }

  end(status: CloseStatus): void {
    this.#letGo()?.close(websocketCloseCode(status.code), websocketCloseReason(status.reason));
  }

  abort(status: CloseStatus): void {
    this.#letGo()?.terminate(websocketCloseCode(status.code), websocketCloseReason(status.reason));
  }

  /** A peer that never answers may keep the socket, but not what hangs on it. */
  #letGo(): Socket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#session = undefined;
    return socket;
  }

  /** Ends both without a SockJS frame: this client does not speak SockJS. */
  #refuse(status: CloseStatus): void {
    const session = this.#session;
    this.end(status);
    session?.disconnect(this, status, false);
  }
}

const noCloseFrame = 1006;

/** Whether a text takes more bytes than that; no code unit takes more than three. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && utf8Length(text) > bytes;
}
