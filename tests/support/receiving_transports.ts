/**
 * A second description of the HTTP transports, by section 6, to compare the server's output
 * with.
 *
 * @module
 */

import type { Protocol } from "../../mod.ts";

/** How a client asks for frames, and the form in which it gets them. */
export interface ReceivingTransport {
  /** The last segment of its path. */
  readonly name: string;
  /** The value of `connection.protocol`. */
  readonly protocol: Protocol;
  readonly method: "GET" | "POST";
  /** Ends in `?c=callback` where the transport has callbacks. */
  readonly path: string;
  readonly contentType: string;
  /** What a stream begins with; absent where a frame is the whole response. */
  readonly prelude?: RegExp;
  framed(frame: string): string;
  /** The frame in there; the reverse of `framed` for whatever that gives. */
  unframed(text: string): string;
}

const javascript = "application/javascript; charset=UTF-8";

function withoutEnd(text: string, end: string): string {
  if (!text.endsWith(end)) throw new Error(`No ${JSON.stringify(end)} ends ${text}`);
  return text.slice(0, -end.length);
}

const lines = {
  framed: (frame: string) => `${frame}\n`,
  unframed: (text: string) => withoutEnd(text, "\n"),
};

/** Runs a script that calls the function of that name once: what it calls it with. */
export function argumentOfCall(script: string, name: string): string {
  const calls: unknown[][] = [];
  new Function(name, script)((...args: unknown[]) => calls.push(args));
  const [[argument, ...others] = [], ...more] = calls;
  if (typeof argument === "string" && others.length === 0 && more.length === 0) return argument;
  throw new Error(`Not one call of ${name} with one string: ${script}`);
}

export const xhr: ReceivingTransport = {
  name: "xhr",
  protocol: "xhr-polling",
  method: "POST",
  path: "xhr",
  contentType: javascript,
  ...lines,
};

export const xhrStreaming: ReceivingTransport = {
  name: "xhr_streaming",
  protocol: "xhr-streaming",
  method: "POST",
  path: "xhr_streaming",
  contentType: javascript,
  prelude: /^h{2048}\n$/,
  ...lines,
};

export const eventsource: ReceivingTransport = {
  name: "eventsource",
  protocol: "eventsource",
  method: "GET",
  path: "eventsource",
  contentType: "text/event-stream",
  prelude: /^\r\n$/,
  framed: (frame) => `data: ${frame.replaceAll("%", "%25")}\r\n\r\n`,
  unframed: (text) => decodeURI(withoutEnd(text.slice("data: ".length), "\r\n\r\n")),
};

/** What stands before the spaces of htmlfile's prelude. */
export function htmlfilePage(callback: string): string {
  return [
    `<!doctype html>`,
    `<html><head>`,
    `  <meta http-equiv="X-UA-Compatible" content="IE=edge" />`,
    `  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />`,
    `</head><body><h2>Don't panic!</h2>`,
    `  <script>`,
    `    document.domain = document.domain;`,
    `    var c = parent.${callback};`,
    `    c.start();`,
    `    function p(d) {c.message(d);};`,
    `    window.onload = function() {c.stop();};`,
    `  </script>`,
  ].join("\n");
}

/** The whole prelude: `page` is padded to more than 1024 bytes. */
export function htmlfilePrelude(callback: string): RegExp {
  const page = htmlfilePage(callback);
  const spaces = Math.max(0, 1025 - page.length);
  return new RegExp(`^${escapeRegExp(page)} {${spaces},}\r\n\r\n$`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

export const htmlfile: ReceivingTransport = {
  name: "htmlfile",
  protocol: "htmlfile",
  method: "GET",
  path: "htmlfile?c=callback",
  contentType: "text/html; charset=UTF-8",
  prelude: htmlfilePrelude("callback"),
  framed: (frame) => {
    const string = JSON.stringify(frame).replace(/<(?=\/|!--)/g, "\\u003c");
    return `<script>\np(${string});\n</script>\r\n`;
  },
  unframed: (text) => {
    const script = withoutEnd(text.slice("<script>".length), "</script>\r\n");
    return argumentOfCall(script, "p");
  },
};

export const jsonp: ReceivingTransport = {
  name: "jsonp",
  protocol: "jsonp-polling",
  method: "GET",
  path: "jsonp?c=callback",
  contentType: javascript,
  framed: (frame) => `/**/callback(${JSON.stringify(frame)});\r\n`,
  unframed: (text) => argumentOfCall(text, "callback"),
};

/** Those whose response takes many frames. */
export const streams: readonly ReceivingTransport[] = [xhrStreaming, eventsource, htmlfile];

/** Those whose response is one frame. */
export const polls: readonly ReceivingTransport[] = [xhr, jsonp];

export const receivingTransports: readonly ReceivingTransport[] = [...streams, ...polls];
