/** Services with the option `fallback`, on servers of `node:http`. */

import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const reports: string[] = [];
let wake = () => {};
let cancelled = new Promise<void>((resolve) => (wake = resolve));

/** An endless body of lines, which reports when it is cancelled. */
function endless(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("line\n")),
    cancel: () => wake(),
  });
}

/** A body of one part per turn, which can break at its end. */
function parts(texts: readonly string[], breaks: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = [...texts];
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve));
      const text = left.shift();
      if (text !== undefined) controller.enqueue(new TextEncoder().encode(text));
      else if (breaks) controller.error(new Error("broken"));
      else controller.close();
    },
  });
}

function cookies(): Response {
  const headers = new Headers({ "X-Latin": "\u00e9", "X-Empty": "" });
  headers.append("X-Several", "1");
  headers.append("X-Several", "2");
  headers.append("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
  headers.append("Set-Cookie", "b=2, c");
  return new Response("cookies", { status: 202, headers });
}

/** Requests by their path. */
const responses: Record<string, (request: Request) => Response | Promise<Response>> = {
  "/cookies": cookies,
  "/parts": () => new Response(parts(["one", "two", "three"], false)),
  "/breaks": () => new Response(parts(["one"], true)),
  "/endless": () => new Response(endless()),
  "/empty": () => new Response(null, { status: 204 }),
  "/binary": () => new Response(new Uint8Array([0, 255, 13, 10])),
  "/throws": () => {
    throw new Error("thrown");
  },
  "/rejects": () => Promise.reject(new Error("rejected")),
  "/later": async () => {
    await new Promise((resolve) => setTimeout(resolve));
    return new Response("later");
  },
  "/request": async (request) =>
    Response.json({
      isRequest: request instanceof Request,
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    }),
  "/json": async (request) => Response.json(await request.json()),
  "/bytes": async (request) =>
    new Response(Buffer.from(await request.arrayBuffer()).toString("hex")),
  "/clone": async (request) => new Response(await request.clone().text() + await request.text()),
  "/stream": (request) => new Response(request.body),
  "/control-character": () => new Response(null, { headers: { "X-A": "\x01" } }),
  "/error": () => Response.error(),
  "/locked": () => {
    const response = new Response("body");
    response.body?.getReader();
    return response;
  },
  "/prints": (request) => {
    console.log(request, request.headers);
    return new Response("printed");
  },
};

/** How reading the body turns out: the text twice, and then in each other way. */
async function readings(request: Request): Promise<string[]> {
  const ways = ["text", "text", "json", "arrayBuffer", "blob", "formData"] as const;
  const read = ways.map((way) => request[way]().then(() => way, ({ name }) => name as string));
  return await Promise.all(read);
}

const httpServer = createServer();
const sockjs = createSockJS({
  prefix: "/echo",
  authorize: async (request) => Response.json(await readings(request)),
  log: (severity, message) => severity === "error" && reports.push(message.split("\n")[0] ?? ""),
  fallback: (request) => {
    const path = request.url.replace(/^\w+:\/\/[^/]*/, "");
    return responses[path]?.(request) ?? new Response("fallback");
  },
});
installHandlers(sockjs, httpServer);

await serve({ server: httpServer }, {
  /** What was logged since that was asked last. */
  reports: () => reports.splice(0),
  /** Waits until an endless body has been cancelled. */
  cancelled: async () => {
    await cancelled;
    cancelled = new Promise((resolve) => (wake = resolve));
  },
});
