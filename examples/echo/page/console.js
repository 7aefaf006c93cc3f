// A connection to send messages by hand, and to see its frames.

import { Log, row } from "../../page/log.js";
import { show } from "../../page/status.js";
import { median, milliseconds } from "./plot.js";

const BEST = "best available";
const KEPT_TIMES = 100;

const byId = (id) => document.getElementById(id);
const text = byId("text");

export class Console {
  #service;
  #transport;
  #log = new Log(document.querySelector(".log-frame"));
  #sock;
  #connectAgain = false;
  #sent = 0;
  #received = 0;
  #times = [];
  /** Messages under way. An echo keeps their order: the oldest is back first. */
  #awaited = [];

  /**
   * @param {string} service
   * @param {() => string} transport gives the name of the one to connect with; "" for the best
   */
  constructor(service, transport) {
    this.#service = service;
    this.#transport = transport;
    byId("toggle").addEventListener("click", () => this.#toggle());
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      if (text.value === "" || this.#sock.readyState !== SockJS.OPEN) return;
      this.#send(text.value);
      text.value = "";
    });
    byId("burst").addEventListener("click", () => {
      for (let i = 1; i <= 10; i++) this.#send(`${text.value || "Message"} ${i}`);
    });
    byId("frames").addEventListener("change", ({ target }) => {
      const list = document.querySelector(".frames");
      this.#log.change(() => list.classList.toggle("messages-only", !target.checked));
    });
    byId("clear").addEventListener("click", () => this.#log.clear());
  }

  connect() {
    const transport = this.#transport();
    const started = performance.now();
    this.#connectAgain = false;
    this.#awaited = [];
    const sock = new SockJS(this.#service, null, transport ? { transports: transport } : {});
    this.#sock = sock;
    this.#watchFrames();
    this.#show("connecting", "Connecting", transport || BEST);

    sock.onopen = () => {
      this.#show("open", "Open", sock.transport);
      const took = milliseconds(performance.now() - started);
      this.#log.add(row("event", `open: ${sock.transport}`, took));
    };
    sock.onmessage = ({ data }) => this.#take(data);
    sock.onheartbeat = () => {
      // The client takes the prelude of xhr-streaming for a heartbeat, too.
      if (sock.readyState === SockJS.OPEN) this.#log.add(row("event", "heartbeat"));
    };
    sock.onclose = ({ code, reason }) => {
      const why = `${code} ${reason ?? ""}`.trim();
      this.#show("closed", "Closed", why);
      this.#log.add(row("event", `close: ${why}`));
      if (this.#connectAgain) this.connect();
    };
  }

  /** Connects anew, with the transport that is chosen now. */
  reconnect() {
    if (this.#sock.readyState === SockJS.CLOSED) return this.connect();
    this.#connectAgain = true;
    this.#sock.close(1000, "Transport changed");
  }

  #toggle() {
    if (this.#sock.readyState === SockJS.CLOSED) this.connect();
    else this.#sock.close();
  }

  #send(data) {
    this.#awaited.push({ data, at: performance.now() });
    this.#sock.send(data);
    this.#sent++;
    this.#log.add(row("sent", data));
    this.#count();
  }

  #take(data) {
    this.#received++;
    let note = "";
    if (this.#awaited[0]?.data === data) {
      const time = performance.now() - this.#awaited.shift().at;
      this.#times = [...this.#times.slice(1 - KEPT_TIMES), time];
      note = milliseconds(time);
    }
    this.#log.add(row("received", data, note));
    this.#count();
  }

  /**
   * Logs raw frames. The client has no public way to see them, so this looks in
   * where it takes them from a transport. Should a version of it have no such
   * place, the log shows messages only.
   */
  #watchFrames() {
    const sock = this.#sock;
    const take = sock._transportMessage;
    if (typeof take !== "function") {
      byId("frames-label").hidden = true;
      return;
    }
    sock._transportMessage = (frame) => {
      const prelude = /^h{2,}$/.test(frame); // of xhr-streaming
      this.#log.add(row("frame", prelude ? `prelude: ${frame.length} times h` : frame));
      take.call(sock, frame);
    };
  }

  #show(state, what, more) {
    show(state, what, more);
    byId("toggle").textContent = state === "closed" ? "Reconnect" : "Close";
    byId("send").disabled = byId("burst").disabled = state !== "open";
  }

  #count() {
    const middle = this.#times.length > 0 ? `, median ${milliseconds(median(this.#times))}` : "";
    byId("counts").textContent = `${this.#sent} sent, ${this.#received} received${middle}`;
  }
}
