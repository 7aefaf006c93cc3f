// Two channels over one SockJS connection. A channel has `send`, `close`,
// `onopen`, `onmessage` and `onclose`, like the connection itself.

import { Log, row } from "../../page/log.js";
import { show } from "../../page/status.js";

const { SockJS, WebSocketMultiplex } = globalThis;
const service = new URL("multiplex", document.baseURI).href;
const toggle = document.getElementById("toggle");
const wire = new Log(document.querySelector(".wire .log-frame"));

let sock;
let multiplexer;

/** What is on the screen of a channel. */
class ChannelPanel {
  #name;
  #log;
  #toggle;
  #send;
  #channel;

  constructor(name) {
    this.#name = name;
    const { content } = document.getElementById("channel");
    const element = content.cloneNode(true).firstElementChild;
    document.getElementById("channels").append(element);
    const title = name[0].toUpperCase() + name.slice(1);
    element.id = name;
    element.setAttribute("aria-label", title);
    element.querySelector("h2").textContent = title;
    element.querySelector(".log").setAttribute("aria-label", `Messages of ${title}`);
    const input = element.querySelector("input");
    input.setAttribute("aria-label", `Message to ${title}`);
    input.placeholder = `Message to ${title}`;

    this.#log = new Log(element.querySelector(".log-frame"));
    this.#toggle = element.querySelector(".toggle");
    this.#send = element.querySelector("form button");
    this.#toggle.addEventListener("click", () => {
      if (this.#channel === undefined) this.join();
      else this.#channel.close();
    });
    element.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#channel === undefined || input.value === "") return;
      this.#channel.send(input.value);
      this.#log.add(row("sent", input.value));
      input.value = "";
    });
    this.#show();
  }

  join() {
    const channel = multiplexer.channel(this.#name);
    this.#channel = channel;
    channel.onmessage = ({ data }) => this.#log.add(row("received", data));
    channel.onclose = () => this.left();
    this.#log.add(row("event", "joined"));
    this.#show();
  }

  /** The channel is closed, or the connection below it. */
  left() {
    if (this.#channel === undefined) return;
    this.#channel = undefined;
    this.#log.add(row("event", "left"));
    this.#show();
  }

  #show() {
    this.#toggle.textContent = this.#channel === undefined ? "Join" : "Leave";
    this.#toggle.disabled = sock?.readyState !== SockJS.OPEN;
    this.#send.disabled = this.#channel === undefined;
  }

  /** The connection is open, or it is over. */
  update() {
    this.#show();
  }
}

const panels = ["ann", "bob"].map((name) => new ChannelPanel(name));

function connect() {
  sock = new SockJS(service);
  multiplexer = new WebSocketMultiplex(sock);
  showState("connecting", "Connecting");
  sock.addEventListener("open", () => {
    showState("open", "One connection", sock.transport);
    for (const panel of panels) panel.join();
  });
  sock.addEventListener("message", ({ data }) => wire.add(row("received", data)));
  sock.addEventListener("close", ({ code, reason }) => {
    showState("closed", "Closed", `${code} ${reason}`);
    for (const panel of panels) panel.left();
    for (const panel of panels) panel.update();
  });
  const { send } = sock;
  sock.send = (data) => {
    wire.add(row("sent", data));
    return send.call(sock, data);
  };
}

function showState(state, what, more) {
  show(state, what, more);
  toggle.textContent = state === "closed" ? "Reconnect" : "Close";
}

toggle.addEventListener("click", () => {
  if (sock.readyState === SockJS.CLOSED) connect();
  else sock.close();
});

connect();
