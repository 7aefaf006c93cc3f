// The page of the chat: joins, shows who is here and what they say. What you
// write is yours until the server has said it back.

import { Log } from "../../page/log.js";
import { messageRow, noticeRow, personRow } from "./rows.js";
import { Reconnecting } from "./reconnecting.js";
import { show } from "../../page/status.js";

const byId = (id) => document.getElementById(id);
const text = byId("text");
const log = new Log(document.querySelector(".log-frame"));
const seen = new Set();

let name = "";
let you = "";
let connection;
/** Sent, but not echoed by the server yet. */
let unheard = [];

byId("name").value = sessionStorage.getItem("name") ?? "";

byId("join").addEventListener("submit", (event) => {
  event.preventDefault();
  name = byId("name").value.trim();
  if (name === "") return;
  sessionStorage.setItem("name", name);
  byId("join").hidden = true;
  byId("room").hidden = false;
  text.focus();
  connect();
});

function connect() {
  connection = new Reconnecting(new URL("chat", document.baseURI).href, {
    connecting: () => {
      show("connecting", "Connecting", "");
      byId("retry").hidden = true;
    },
    open: () => connection.send(JSON.stringify({ join: name })),
    message: (data) => take(JSON.parse(data)),
    waiting: (delay) => {
      takeBack();
      show("closed", "Connection lost", `next attempt in ${Math.ceil(delay / 1000)} s`);
      byId("retry").hidden = false;
    },
    over: (reason) => {
      takeBack();
      show("closed", "Closed", reason);
    },
  });
}

function take(event) {
  if (event.people !== undefined) showPeople(event.people);
  if (event.type === "welcome") {
    you = event.you;
    show("open", "Connected", `as ${name}`);
    event.history.forEach(showMessage);
  } else if (event.type === "message") {
    if (event.message.from.id === you) unheard.shift();
    showMessage(event.message);
  } else if (event.who.id !== you) {
    log.add(noticeRow(`${event.who.name} has ${event.type}`));
  }
}

function showMessage(message) {
  // After a reconnection, the history has what is here already.
  if (seen.has(message.id)) return;
  seen.add(message.id);
  log.add(messageRow(message, message.from.id === you, log.lastRow));
}

function showPeople(people) {
  byId("people").replaceChildren(...people.map(personRow));
  byId("people-title").textContent = people.length === 1 ? "1 here" : `${people.length} here`;
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value.trim();
  if (said === "" || !connection.send(JSON.stringify({ say: said }))) return;
  unheard.push(said);
  text.value = "";
});

/** What the server has not said back may be lost: it becomes the draft again. */
function takeBack() {
  if (unheard.length > 0) text.value = [...unheard, text.value].join(" ").trim();
  unheard = [];
}

byId("retry").addEventListener("click", () => {
  connection.connect();
  text.focus();
});
