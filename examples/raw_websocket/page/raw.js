// An echo over the browser's own WebSocket: no SockJS here.

import { Log, row } from "../../page/log.js";
import { show } from "../../page/status.js";

const byId = (id) => document.getElementById(id);
const url = new URL("echo/websocket", document.baseURI.replace(/^http/, "ws"));
const log = new Log(document.querySelector(".log-frame"));

byId("command").textContent = `deno task example raw_websocket/client ${url}`;

let socket;

function connect() {
  socket = new WebSocket(url);
  showState("connecting", "Connecting");
  socket.onopen = () => {
    showState("open", "Open", url.pathname);
    log.add(row("event", "open"));
  };
  socket.onmessage = ({ data }) => log.add(row("received", data));
  socket.onclose = ({ code, reason }) => {
    const why = `${code} ${reason}`.trim();
    showState("closed", "Closed", why);
    log.add(row("event", `close: ${why}`));
  };
}

function showState(state, what, more) {
  show(state, what, more);
  byId("toggle").textContent = state === "closed" ? "Reconnect" : "Close";
  byId("send").disabled = state !== "open";
}

byId("toggle").addEventListener("click", () => {
  if (socket.readyState === WebSocket.CLOSED) connect();
  else socket.close(1000);
});

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text");
  if (text.value === "" || socket.readyState !== WebSocket.OPEN) return;
  socket.send(text.value);
  log.add(row("sent", text.value));
  text.value = "";
});

connect();
