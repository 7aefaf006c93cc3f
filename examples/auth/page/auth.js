// Signs in to get a token, connects, and sends it as the first message. The
// token is kept in this script alone: no other page can make the browser send it.

import { Log, row } from "../../page/log.js";
import { show } from "../../page/status.js";

const byId = (id) => document.getElementById(id);
const service = new URL("auth", document.baseURI).href;
const log = new Log(document.querySelector(".log-frame"));

let sock;

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [name, password] = [byId("name").value, byId("password").value];
  const lifetime = Number(byId("lifetime").value);
  byId("problem").textContent = "";
  try {
    const response = await fetch("sign-in", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name, password, lifetime }),
    });
    if (!response.ok) throw new Error(await response.text());
    connect((await response.json()).token);
  } catch (error) {
    byId("problem").textContent = error.message;
  }
});

/** Connects, and sends the token if there is one. */
function connect(token) {
  sock?.close();
  const opening = new SockJS(service);
  sock = opening;
  show("connecting", "Connecting");
  let isWelcome = false;

  opening.onopen = () => {
    log.add(row("event", "open"));
    showOpen("connecting", "Checking", token === undefined ? "no token was sent" : "the token");
    if (token === undefined) return;
    opening.send(token);
    log.add(row("sent", token));
  };
  opening.onmessage = ({ data }) => {
    log.add(row("received", data));
    if (isWelcome) return;
    isWelcome = true;
    showOpen("open", "Signed in", "");
    byId("text").focus();
  };
  opening.onclose = ({ code, reason }) => {
    log.add(row(code === 1000 ? "event" : "refused", `close: ${code} ${reason}`));
    if (sock !== opening) return;
    showOpen("closed", code === 1000 ? "Signed out" : "Refused", code === 1000 ? "" : reason);
  };
}

function showOpen(state, what, more) {
  show(state, what, more);
  byId("sign-out").disabled = state === "closed";
  byId("send").disabled = state !== "open";
}

byId("forge").addEventListener("click", () => {
  // Anyone can read and write tokens, but only the server can sign them.
  const claims = btoa(JSON.stringify({ name: "Root", expires: 4e12 }));
  connect(`${claims}.${btoa("forged".repeat(5))}`);
});

byId("silent").addEventListener("click", () => connect());

byId("sign-out").addEventListener("click", () => sock.close());

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("text");
  if (text.value === "" || byId("send").disabled) return;
  sock.send(text.value);
  log.add(row("sent", text.value));
  text.value = "";
});
