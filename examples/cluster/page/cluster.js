// The page of the cluster: shows which process serves it, what others do, and messages of all.

import { Log } from "../../page/log.js";
import { show } from "../../page/status.js";

const ABSENT = 3000; // milliseconds without a sign of life after which a process is not shown
const RETRY = 300; // milliseconds
const LONG_RETRY = 2000;

const byId = (id) => document.getElementById(id);
const log = new Log(document.querySelector(".log-frame"));
/** By place and worker: what it last said, and when. */
const workers = new Map();
/** To try one: `?transport=xhr-polling`. */
const transport = new URLSearchParams(location.search).get("transport");
let connection;
/** The process that has the session. */
let own;

function connect() {
  show("connecting", "Connecting");
  // With the local bus, a session over HTTP may take 2 s to open after a process was killed.
  const options = { timeout: 5000, ...(transport && { transports: [transport] }) };
  connection = new SockJS(new URL("cluster", document.baseURI).href, null, options);
  connection.onmessage = ({ data }) => take(JSON.parse(data));
  connection.onclose = ({ code }) => {
    byId("kill").disabled = true;
    if (own === undefined) {
      show("closed", "Cannot connect", reasonOf(code));
      setTimeout(connect, LONG_RETRY);
      return;
    }
    note(`My process ${own.pid} is gone (code ${code})`, "event");
    own = undefined;
    show("closed", "Connection lost");
    setTimeout(connect, RETRY);
  };
}

/** Why no connection came about. 2000 is the client's: all transports have failed. */
function reasonOf(code) {
  return code === 2000
    ? "the server answers, but no transport works"
    : "the server does not answer";
}

/** The same for all messages of a process. Two machines may have processes of the same number. */
const idOf = ({ place, pid }) => `${place} ${pid}`;
const isOwn = (process) => own !== undefined && idOf(process) === idOf(own);

function take(message) {
  const { type, pid, place, worker } = message;
  if (type === "welcome") {
    own = message;
    byId("kill").disabled = false;
    show("open", "Connected", `to process ${pid}, worker ${worker}, over ${connection.transport}`);
    note(`Process ${pid} has my session`, "event");
  } else if (type === "alive") {
    const key = `${place} ${worker}`;
    const before = workers.get(key);
    if (before !== undefined && before.pid !== pid) {
      note(`Worker ${worker} is now process ${pid}`, "event");
    }
    workers.set(key, { ...message, at: performance.now() });
    showWorkers();
  } else if (type === "said") {
    note(`${message.text} (by process ${pid})`, isOwn(message) ? "here" : "elsewhere");
  } else {
    note(`Process ${pid} may have missed messages`, "event");
  }
}

function note(text, kind) {
  const row = document.createElement("li");
  row.className = kind;
  row.textContent = text;
  log.add(row);
}

function showWorkers() {
  const all = [...workers.values()].sort((a, b) =>
    a.place.localeCompare(b.place) || a.worker - b.worker
  );
  const areInOnePlace = all.every(({ place }) => place === all[0].place);
  const rows = all.flatMap((worker, at) => {
    const isFirst = worker.place !== all[at - 1]?.place;
    return isFirst && !areInOnePlace ? [placeRow(worker), workerRow(worker)] : [workerRow(worker)];
  });
  byId("workers").replaceChildren(...rows);
}

/** A line above the processes of one command. */
function placeRow({ place }) {
  const row = document.createElement("li");
  row.className = "place";
  row.textContent = place;
  return row;
}

function workerRow(process) {
  const { worker, pid, connections, at } = process;
  const row = document.createElement("li");
  const isGone = performance.now() - at > ABSENT;
  row.className = isGone ? "gone" : isOwn(process) ? "own" : "";
  row.textContent = isGone
    ? `${worker}: gone`
    : `${worker}: process ${pid}, ${connections} connected`;
  return row;
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
