/** One connection of the stock client, with a record of all events. */

/** How long a check waits for what must come, in ms. */
export const patience = 30_000;

export class Connection {
  /** The session id in its URLs; a new one for each transport that it tries. */
  id = "";
  /** The name of the transport at the open event. */
  transport = "";
  /** Since it is open: the client takes the prelude of xhr-streaming for one, too. */
  heartbeats = 0;
  /** How it ended: `{ code, reason, wasClean }`. */
  end = undefined;
  #received = [];
  #wake = () => {};
  #client;

  /**
   * @param {string} url
   * @param {object} options of the client, such as `transports`
   */
  constructor(url, options) {
    const sessionId = () => this.id = newId();
    this.#client = new globalThis.SockJS(url, null, { timeout: 5000, ...options, sessionId });
    this.#client.onopen = () => {
      this.transport = this.#client.transport;
      this.#wake();
    };
    this.#client.onmessage = ({ data }) => {
      this.#received.push(data);
      this.#wake();
    };
    this.#client.onheartbeat = () => {
      if (this.transport !== "") this.heartbeats++;
      this.#wake();
    };
    this.#client.onclose = ({ code, reason, wasClean }) => {
      this.end = { code, reason, wasClean };
      this.#wake();
    };
  }

  /** Connects and waits for the open event. */
  static async open(url, options) {
    const connection = new Connection(url, options);
    await connection.#until("be open", () => connection.transport !== "");
    return connection;
  }

  send(message) {
    this.#client.send(message);
  }

  /** Takes the next messages, once there are so many. */
  async receive(count) {
    await this.#until(`receive ${count} messages`, () => this.#received.length >= count);
    return this.#received.splice(0, count);
  }

  /** Waits until the server has sent so many heartbeats. */
  async heartbeat(count) {
    await this.#until(`receive ${count} heartbeats`, () => this.heartbeats >= count);
  }

  close(code, reason) {
    this.#client.close(code, reason);
  }

  /** Waits for the close event. */
  async closed() {
    await this.#until("be closed", () => this.end !== undefined);
    return this.end;
  }

  /** Waits for events until it holds; fails when it no longer can, or takes too long. */
  async #until(what, holds) {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, patience);
    try {
      while (!holds()) {
        if (this.end !== undefined) throw new Error(`Closed while it was to ${this.#try(what)}`);
        if (isLate) throw new Error(`It took over ${patience} ms to ${this.#try(what)}`);
        await new Promise((resolve) => this.#wake = resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #try(what) {
    const { code, reason } = this.end ?? { code: "none", reason: "" };
    return `${what}: ${this.#received.length} unread, ${this.heartbeats} heartbeats, ` +
      `close ${code} ${reason}`;
  }
}

/** A new session id. Browsers have `randomUUID` in secure contexts only. */
export function newId() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return high.toString(36) + low.toString(36);
}
