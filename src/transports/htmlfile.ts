/**
 * The transport htmlfile: frames are scripts of a page that never ends.
 *
 * @module
 */

import { contentTypes } from "../http/headers.ts";
import { streamed, transportHeaders, unsniffed } from "../routing/route.ts";
import { withCallback } from "./routes/callback.ts";
import { downstreamRoute } from "./routes/downstream.ts";
import type { Framing, HttpTransport, Transport } from "./transport.ts";
import { xhrSend } from "./routes/xhr_send.ts";

/** Some browsers run no script of a page before its first KiB. */
const enough = 1040;

function page(callback: string): Framing {
  const html = `<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.${callback};
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>`;
  return { prelude: html.padEnd(enough) + "\r\n\r\n", encode: script };
}

function script(frame: string): string {
  return `<script>\np(${scriptString(frame)});\n</script>\r\n`;
}

/** A string literal that cannot end the script element that it stands in. */
function scriptString(text: string): string {
  return JSON.stringify(text).replace(/<(?=\/|!--)/g, "\\u003c");
}

const receiving: HttpTransport = {
  protocol: "htmlfile",
  method: "GET",
  contentType: contentTypes.html,
  headers: (call) => unsniffed(streamed(transportHeaders(call))),
  framing: (url) => withCallback(url, page),
};

/** For browsers with ActiveX's `htmlfile`, and for iframes. */
export const htmlfile: Transport = {
  receiving,
  endpoints: {
    htmlfile: downstreamRoute(receiving),
    xhr_send: xhrSend,
  },
};
