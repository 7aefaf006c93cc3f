// The stock SockJS client, a choice of its transports, and a log of frames.

/** The stock client's own names, in the order in which it tries them. */
const TRANSPORTS = [
  "websocket",
  "xhr-streaming",
  "eventsource",
  "iframe-eventsource",
  "htmlfile",
  "iframe-htmlfile",
  "xhr-polling",
  "iframe-xhr-polling",
  "jsonp-polling",
];
const BEST = "best available";
const LOG_ROWS = 500;
const ROW_CHARACTERS = 500;

const { SockJS } = globalThis;
const service = new URL("echo", document.baseURI).href;
const byId = (id) => document.getElementById(id);
const log = byId("log");
const text = byId("text");

// Connection

let sock;
let connectAgain = false;
let sent = 0;
let received = 0;
let roundTrips = [];
/** Messages under way. An echo keeps their order: the oldest is back first. */
let awaited = [];

function connect() {
  const transport = document.querySelector("[name=transport]:checked").value;
  const started = performance.now();
  connectAgain = false;
  awaited = [];
  byId("chosen").textContent = transport || BEST;
  sock = new SockJS(service, null, transport ? { transports: transport } : {});
  watchFrames(sock);
  show("connecting", "Connecting", transport || BEST);

  sock.onopen = () => {
    show("open", "Open", sock.transport);
    addRow(
      "event",
      `open: ${sock.transport}`,
      milliseconds(performance.now() - started),
    );
    tryTransports();
  };
  sock.onmessage = ({ data }) => {
    received++;
    let note = "";
    if (awaited[0]?.data === data) {
      const roundTrip = performance.now() - awaited.shift().at;
      roundTrips = [...roundTrips.slice(-99), roundTrip];
      note = milliseconds(roundTrip);
    }
    addRow("received", data, note);
    count();
  };
  sock.onheartbeat = () => {
    // The client takes the prelude of xhr-streaming for a heartbeat, too.
    if (sock.readyState === SockJS.OPEN) addRow("event", "heartbeat");
  };
  sock.onclose = ({ code, reason }) => {
    const why = `${code} ${reason ?? ""}`.trim();
    show("closed", "Closed", why);
    addRow("event", `close: ${why}`);
    if (connectAgain) connect();
  };
}

/**
 * Logs raw frames. The client has no public way to see them, so this looks in
 * where it takes them from a transport. Should a version of it have no such
 * place, the log shows messages only.
 */
function watchFrames(sock) {
  const take = sock._transportMessage;
  if (typeof take !== "function") {
    byId("frames-label").hidden = true;
    return;
  }
  sock._transportMessage = (frame) => {
    const prelude = /^h{2,}$/.test(frame); // of xhr-streaming
    addRow("frame", prelude ? `prelude: ${frame.length} times h` : frame);
    take.call(sock, frame);
  };
}

function send(data) {
  awaited.push({ data, at: performance.now() });
  sock.send(data);
  sent++;
  addRow("sent", data);
  count();
}

byId("toggle").addEventListener("click", () => {
  if (sock.readyState === SockJS.CLOSED) connect();
  else sock.close();
});

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value === "" || sock.readyState !== SockJS.OPEN) return;
  send(text.value);
  text.value = "";
});

byId("burst").addEventListener("click", () => {
  for (let i = 1; i <= 10; i++) send(`${text.value || "Message"} ${i}`);
});

// Transports

function addTransport(name) {
  const row = document.createElement("label");
  row.innerHTML = `<input type="radio" name="transport"><span></span><small></small>`;
  const [input, title, small] = row.children;
  input.value = name;
  title.textContent = name || BEST;
  if (name) {
    input.dataset.untried = "";
    small.textContent = "…";
  }
  // The first row is checked, unless the address names another: /#xhr-polling
  input.checked = name === "" || name === location.hash.slice(1);
  input.addEventListener("change", () => {
    history.replaceState(null, "", `#${name}`);
    if (sock.readyState === SockJS.CLOSED) return connect();
    connectAgain = true;
    sock.close(1000, "Transport changed");
  });
  byId("transports").append(row);
}

let trying = false;

/** Opens each transport once, in turn: nothing else says what works here. */
async function tryTransports() {
  if (trying) return;
  trying = true;
  for (const input of document.querySelectorAll("[data-untried]")) {
    const after = await timeToOpen(input.value);
    if (after === "unreachable") break;
    delete input.dataset.untried;
    input.disabled = after === "refused";
    input.parentElement.lastChild.textContent = input.disabled
      ? "unavailable"
      : milliseconds(after);
  }
  trying = false;
}

/** @returns {Promise<number | "refused" | "unreachable">} */
function timeToOpen(transport) {
  const started = performance.now();
  const trial = new SockJS(service, null, {
    transports: transport,
    timeout: 3000,
  });
  return new Promise((resolve) => {
    trial.onopen = () => {
      resolve(performance.now() - started);
      trial.close();
    };
    // 1002: not even /info answered, which says nothing about a transport.
    trial.onclose = ({ code }) => resolve(code === 1002 ? "unreachable" : "refused");
  });
}

// Status and log

function show(state, title, detail) {
  byId("status").dataset.state = state;
  byId("state").textContent = title;
  byId("detail").textContent = detail;
  byId("toggle").textContent = state === "closed" ? "Reconnect" : "Close";
  byId("send").disabled = byId("burst").disabled = state !== "open";
}

function count() {
  const sorted = [...roundTrips].sort((a, b) => a - b);
  const median = sorted.length > 0 ? `, median ${milliseconds(sorted[sorted.length >> 1])}` : "";
  byId("counts").textContent = `${sent} sent, ${received} received${median}`;
}

const milliseconds = (time) => `${time.toFixed(time < 10 ? 1 : 0)} ms`;
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const ARROWS = { sent: "→", received: "←", frame: "←", event: "·" };

/** @param {"sent" | "received" | "frame" | "event"} kind */
function addRow(kind, data, note = "") {
  const row = document.createElement("li");
  row.className = kind;
  row.innerHTML = `<time></time><span class="arrow" aria-hidden="true"></span>
    <span class="text"><b class="unseen"></b></span><span class="note"></span>`;
  const [time, arrow, body, small] = row.children;
  time.textContent = clock.format(new Date());
  arrow.textContent = ARROWS[kind];
  body.firstChild.textContent = `${kind}: `;
  body.append(data.slice(0, ROW_CHARACTERS));
  if (data.length > ROW_CHARACTERS) body.append(`… (${data.length} in all)`);
  small.textContent = note;

  followNewest();
  log.append(row);
  while (log.children.length > LOG_ROWS) log.firstChild.remove();
}

/** Whether the log stays at its newest row: until someone scrolls up. */
let following = true;
let scrolling = false;

/** Called before the log changes. Scrolls once, however many rows come. */
function followNewest() {
  if (scrolling) return;
  following = isAtNewest();
  if (following) scrollToNewest();
}

function isAtNewest() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 8;
}

function scrollToNewest() {
  scrolling = true;
  requestAnimationFrame(() => {
    scrolling = false;
    log.scrollTop = log.scrollHeight;
  });
}

log.addEventListener("scroll", () => {
  if (!scrolling) following = isAtNewest();
  byId("newest").hidden = following;
});

byId("newest").addEventListener("click", () => {
  log.focus({ preventScroll: true });
  scrollToNewest();
});

byId("frames").addEventListener("change", ({ target }) => {
  followNewest();
  log.classList.toggle("messages-only", !target.checked);
});

byId("clear").addEventListener("click", () => log.replaceChildren());

new ResizeObserver(() => following && scrollToNewest()).observe(log);

// Start

document.querySelector("details").open = matchMedia("(min-width: 48rem)").matches;
if (SockJS) {
  for (const name of ["", ...TRANSPORTS]) addTransport(name);
  connect();
} else {
  show(
    "closed",
    "No client",
    "sockjs.min.js did not load: run deno install, then reload",
  );
  byId("toggle").disabled = true;
}
