/**
 * Checks the first bytes that a server sends over each transport, as this browser receives them.
 */

import { newId } from "./connection.js";

/** The padding brings it to 1040 characters; the protocol wants more than 1024. */
const htmlfilePage = `<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.callback;
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>`;

const iframePage = `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="ANY"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>`;

/** Paths, methods and texts, by the transport's name without `iframe-`. */
const answers = new Map([
  ["xhr-streaming", ["xhr_streaming", "POST", "h".repeat(2048) + "\no\n"]],
  ["xhr-polling", ["xhr", "POST", "o\n"]],
  ["eventsource", ["eventsource", "GET", "\r\ndata: o\r\n\r\n"]],
  ["htmlfile", [
    "htmlfile?c=callback",
    "GET",
    htmlfilePage.padEnd(1040) + `\r\n\r\n<script>\np("o");\n</script>\r\n`,
  ]],
  ["jsonp-polling", ["jsonp?c=callback", "GET", `/**/callback("o");\r\n`]],
]);

/** Compares them. */
export async function receivesFirstBytes({ server, transport }) {
  const session = `${server}/smoke/000/${newId()}`;
  if (transport === "websocket") {
    return equal(await firstMessage(`${session}/websocket`), "o", "The first message");
  }
  if (transport.startsWith("iframe-")) {
    const page = await (await fetch(`${server}/smoke/iframe.html`)).text();
    equal(page.replace(/(<script src=")[^"]+/, "$1ANY"), iframePage, "The iframe page");
  }
  const [path, method, text] = answers.get(transport.replace("iframe-", ""));
  const received = await beginning(`${session}/${path}`, method, text.length);
  equal(received, text, "The first bytes");
}

/** The first characters of a response; all are ASCII. */
async function beginning(url, method, length) {
  const { body } = await fetch(url, { method });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.length < length) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
  await reader.cancel();
  return text.slice(0, length); // a heartbeat may have come with them
}

function firstMessage(url) {
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  return new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => {
      resolve(data);
      socket.close();
    };
    socket.onclose = () => reject(new Error("The websocket was closed before its first message"));
  });
}

function equal(actual, expected, what) {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const part = (text) => JSON.stringify(text.slice(at, at + 40));
  throw new Error(`${what}: at ${at}, expected ${part(expected)}, got ${part(actual)}`);
}
