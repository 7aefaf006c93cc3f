/**
 * The checks of the stock client for one transport. A check gets a stage: the address of a server,
 * without a slash at the end, and the name of a transport.
 */

import { Connection } from "./connection.js";
import { receivesFirstBytes } from "./first_bytes.js";
import { closed, opened } from "./witness.js";

/** The stock client's own names, in the order in which it tries them. */
export const transports = [
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

/** In the order in which they are done. */
export const checks = [
  check("opens", "opens over it, as the server sees it too", opens),
  check("bytes", "receives the protocol's first bytes", receivesFirstBytes, isReadable),
  check("order", "echoes in order", echoesInOrder),
  check("100 KB", "echoes messages of 100 KB", echoesLargeMessages),
  check("units", "echoes every code unit", echoesEveryCodeUnit),
  check("closes", "closes with its own code and reason", closes),
  check("closed", "receives the server's code and reason", receivesTheServerClose),
  check("held", "stays open for three heartbeats", staysOpen),
  check("tabs", "echoes in two tabs at once", echoesInTwoTabs),
  check("leaves", "is closed by navigation, as the server sees it too", isClosedByNavigation),
];

/** @param canRun whether it can, by the transport's name and whether the server is of the same origin */
function check(label, name, run, canRun = (_transport, _isSameOrigin) => true) {
  return { label, name, run, canRun };
}

/** Why the client does not have a transport here; undefined where it has. */
export function absence(transport, isSameOrigin) {
  if (transport === "htmlfile" && !isSameOrigin) return "for its own origin only";
  const api = transport.endsWith("eventsource") ? "EventSource" : "WebSocket";
  const needsApi = transport.endsWith("eventsource") || transport === "websocket";
  return needsApi && !(api in globalThis) ? "not in this browser" : undefined;
}

/** Does a check by its name. */
export async function run(name, stage) {
  await checks.find((check) => check.name === name).run(stage);
}

/** Connects over exactly this transport, and makes sure of it on both ends. */
export async function connect({ server, transport }) {
  const options = { transports: transport, timeout: 10_000 };
  const connection = await Connection.open(`${server}/smoke`, options);
  equal(connection.transport, transport, "The client's transport");
  const { protocol } = await opened(server, connection.id);
  equal(protocol, transport.replace("iframe-", ""), "The server's transport");
  return connection;
}

/** Connects over the best transport, and returns its name on both ends. */
export async function connectAnyhow(server, service) {
  const connection = await Connection.open(server + service, { timeout: 4000 });
  await echoes(connection, ["hello"]);
  const { protocol } = await opened(server, connection.id);
  const { transport } = connection;
  connection.close();
  return { transport, protocol };
}

async function opens(stage) {
  const connection = await connect(stage);
  await echoes(connection, ["hello"]);
  await leave(connection);
}

async function echoesInOrder(stage) {
  const connection = await connect(stage);
  const messages = Array.from({ length: 300 }, (_, i) => `message ${i} ${"x".repeat(i)}`);
  await echoes(connection, messages);
  await leave(connection);
}

async function echoesLargeMessages(stage) {
  const connection = await connect(stage);
  const size = 100 * 1024;
  // One at a time: some are sent at nine times their size.
  for (const text of ["x", "€", "\u{1f600}", "\u0000"]) {
    await echoes(connection, [text.repeat(size / text.length)]);
  }
  await leave(connection);
}

async function echoesEveryCodeUnit(stage) {
  const connection = await connect(stage);
  const rows = Array.from({ length: 256 }, (_, row) => {
    const units = Array.from({ length: 256 }, (_, unit) => row * 256 + unit);
    return String.fromCharCode(...units);
  });
  await echoes(connection, rows);
  await leave(connection);
}

async function closes(stage) {
  const connection = await connect(stage);
  await echoes(connection, ["hello"]);
  connection.close(3001, "Enough");
  const end = { code: 3001, reason: "Enough", wasClean: true };
  equal(await connection.closed(), end, "The client's end");
  // The client keeps its code to itself. What it does not cut, times out.
  const { code } = await closed(stage.server, connection.id);
  const codes = stage.transport === "websocket" ? [1005] : [1002, 1006];
  if (!codes.includes(code)) throw new Error(`The server got ${code}, not ${codes.join(" or ")}`);
}

async function receivesTheServerClose(stage) {
  for (const end of [[3456, `R\u00e9ason "and" more`], [1000, "Normal closure"]]) {
    const connection = await connect(stage);
    const [code, reason] = end;
    connection.send(`close ${code} ${reason}`);
    const expected = { code, reason, wasClean: true };
    equal(await connection.closed(), expected, "The client's end");
    equal(await closed(stage.server, connection.id), expected, "The server's end");
  }
}

async function staysOpen(stage) {
  const connection = await connect(stage);
  await connection.heartbeat(3);
  await echoes(connection, ["still here"]);
  await leave(connection);
}

async function echoesInTwoTabs(stage) {
  const frames = await Promise.all([openTab(), openTab()]);
  try {
    await Promise.all(frames.map((frame) => frame.contentWindow.tab.run("echoes in order", stage)));
  } finally {
    for (const frame of frames) frame.remove();
  }
}

async function isClosedByNavigation(stage) {
  const frame = await openTab();
  try {
    const { id } = await frame.contentWindow.tab.connect(stage);
    frame.src = "about:blank";
    await closed(stage.server, id);
  } finally {
    frame.remove();
  }
}

/** A separate page, as far as the client can see. */
function openTab() {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.src = "tab.html";
  return new Promise((resolve) => {
    frame.onload = () => {
      frame.onload = null;
      resolve(frame);
    };
    document.body.append(frame);
  });
}

/**
 * Closes a connection that is at rest. The client begins its next request a turn after the last
 * one has ended, even if it was closed in between. Nothing would ever end that request.
 */
async function leave(connection) {
  await echoes(connection, ["bye"]);
  connection.close();
}

/** Sends messages, and compares what comes back. */
async function echoes(connection, messages) {
  for (const message of messages) connection.send(message);
  const received = await connection.receive(messages.length);
  messages.forEach((message, i) => equal(received[i], message, `Message ${i}`));
}

/** Without CORS, a page can read what is of its own origin only. */
function isReadable(transport, isSameOrigin) {
  return isSameOrigin || /^(websocket|xhr-.*|eventsource)$/.test(transport);
}

function equal(actual, expected, what) {
  const [came, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (came !== wanted) throw new Error(`${what}: it is ${short(came)}, not ${short(wanted)}`);
}

function short(text) {
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} in all)` : text;
}
