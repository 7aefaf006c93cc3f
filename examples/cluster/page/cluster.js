// The page of the cluster: shows which process serves it, what others do, and messages of all.

import { Log } from "../../page/log.js";
import { show } from "../../page/status.js";

const ABSENT = 3000; // milliseconds without a sign of life after which a process is not shown
const RETRY = 300; // milliseconds

const byId = (id) => document.getElementById(id);
const log = new Log(document.querySelector(".log-frame"));
/** By worker: what it last said, and when. */
const workers = new Map();
let connection;
let own;

function connect() {
  show("connecting", "Connecting");
  connection = new SockJS(new URL("cluster", document.baseURI).href);
  connection.onmessage = ({ data }) => take(JSON.parse(data));
  connection.onclose = ({ code }) => {
    if (own !== undefined) note(`My process ${own} is gone, code ${code}`, "event");
    own = undefined;
    byId("kill").disabled = true;
    show("closed", "Not connected");
    setTimeout(connect, RETRY);
  };
}

function take(message) {
  if (message.type === "welcome") {
    own = message.pid;
    byId("kill").disabled = false;
    show("open", "Connected", `to process ${message.pid}, worker ${message.worker}`);
    note(`Process ${own} serves me`, "event");
  } else if (message.type === "alive") {
    workers.set(message.worker, { ...message, at: performance.now() });
    showWorkers();
  } else if (message.type === "said") {
    note(`${message.text} (by process ${message.pid})`, message.pid === own ? "here" : "elsewhere");
  } else {
    note(`Process ${message.pid} may have missed messages`, "event");
  }
}

function note(text, kind) {
  const row = document.createElement("li");
  row.className = kind;
  row.textContent = text;
  log.add(row);
}

function showWorkers() {
  const rows = [...workers.values()].sort((a, b) => a.worker - b.worker).map((worker) => {
    const row = document.createElement("li");
    const isGone = performance.now() - worker.at > ABSENT;
    row.className = isGone ? "gone" : worker.pid === own ? "own" : "";
    row.textContent = isGone
      ? `${worker.worker}: gone`
      : `${worker.worker}: process ${worker.pid}, ${worker.connections} connected`;
    return row;
  });
  byId("workers").replaceChildren(...rows);
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text").value.trim();
  // The word is for the button.
  if (text === "" || text === "kill" || own === undefined) return;
  connection.send(text);
  byId("text").value = "";
});

byId("kill").addEventListener("click", () => connection.send("kill"));
setInterval(showWorkers, ABSENT / 3);
// The client is loaded by now: scripts with `defer` run before modules.
connect();
