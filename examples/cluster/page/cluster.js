// The page of the cluster: shows which process serves it, what others do, and messages of all.

import { Log } from "../../page/log.js";
import { show } from "../../page/status.js";

const ABSENT = 3000; // milliseconds without a sign of life after which a process is not shown
const RETRY = 300; // milliseconds
const LONG_RETRY = 2000;

const byId = (id) => document.getElementById(id);
const log = new Log(document.querySelector(".log-frame"));
/** By worker: what it last said, and when. */
const workers = new Map();
let connection;
let own;

function connect() {
  show("connecting", "Connecting");
  // The server has the other transports off.
  const options = { transports: ["websocket"] };
  connection = new SockJS(new URL("cluster", document.baseURI).href, null, options);
  connection.onmessage = ({ data }) => take(JSON.parse(data));
  connection.onclose = ({ code }) => {
    byId("kill").disabled = true;
    if (own === undefined) {
      show("closed", "Cannot connect", reasonOf(code));
      setTimeout(connect, LONG_RETRY);
      return;
    }
    note(`My process ${own} is gone (code ${code})`, "event");
    own = undefined;
    show("closed", "Connection lost");
    setTimeout(connect, RETRY);
  };
}

/** Why no connection came about. 2000 is the client's: all transports have failed. */
function reasonOf(code) {
  return code === 2000
    ? "the server answers, but no websocket opens, and this page can use nothing else"
    : "the server does not answer";
}

function take(message) {
  if (message.type === "welcome") {
    own = message.pid;
    byId("kill").disabled = false;
    show("open", "Connected", `to process ${message.pid}, worker ${message.worker}`);
    note(`Process ${own} serves me`, "event");
  } else if (message.type === "alive") {
    const before = workers.get(message.worker);
    if (before !== undefined && before.pid !== message.pid) {
      note(`Worker ${message.worker} is now process ${message.pid}`, "event");
    }
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
