// A SockJS connection that reconnects. The delay doubles with each failure, and
// is random, so that not all clients reconnect at once to a server that has just
// started.

const SHORTEST = 500; // milliseconds
const LONGEST = 30_000;
/** Codes of the application's own, for what another attempt would not change. */
const isFinal = (code) => code >= 4400 && code < 4500;

export class Reconnecting {
  #url;
  #events;
  #sock;
  #failures = 0;
  #timer;

  /**
   * @param {string} url
   * @param {{
   *   connecting(): void,
   *   open(): void,
   *   message(data: string): void,
   *   waiting(milliseconds: number): void,
   *   over(reason: string): void,
   * }} events
   */
  constructor(url, events) {
    this.#url = url;
    this.#events = events;
    // The browser knows when there is a network again.
    addEventListener("online", () => this.#timer !== undefined && this.connect());
    this.connect();
  }

  get isOpen() {
    return this.#sock.readyState === SockJS.OPEN;
  }

  /** Says whether it was sent. */
  send(data) {
    if (this.isOpen) this.#sock.send(data);
    return this.isOpen;
  }

  /** Connects at once, instead of at the end of the waiting time. */
  connect() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#events.connecting();
    this.#sock = new SockJS(this.#url);
    this.#sock.onopen = () => {
      this.#failures = 0;
      this.#events.open();
    };
    this.#sock.onmessage = ({ data }) => this.#events.message(data);
    this.#sock.onclose = ({ code, reason }) => {
      if (isFinal(code)) this.#events.over(reason);
      else this.#wait();
    };
  }

  #wait() {
    const whole = Math.min(SHORTEST * 2 ** this.#failures++, LONGEST);
    const delay = whole / 2 + Math.random() * whole / 2;
    this.#timer = setTimeout(() => this.connect(), delay);
    this.#events.waiting(delay);
  }
}
