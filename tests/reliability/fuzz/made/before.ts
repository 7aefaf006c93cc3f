/**
 * Code that runs before SockJS on a `node:http` server. A request header selects what it does to
 * the request and the response.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";

type Action = (req: IncomingMessage, res: ServerResponse) => void;

/** The header that lists the actions to take, in order. */
export const fieldName = "x-before";

/** Replaces a method by one that begins differently. */
function wrap<Name extends "write" | "writeHead" | "end" | "setHeader">(
  res: ServerResponse,
  name: Name,
  before: () => void,
): void {
  const method = res[name] as (...args: unknown[]) => unknown;
  res[name] = function (this: ServerResponse, ...args: unknown[]) {
    before();
    return method.apply(this, args);
  } as ServerResponse[Name];
}

function throwOnce(): () => void {
  let times = 0;
  return () => {
    if (times++ === 0) throw new Error("thrown by code before us");
  };
}

/** A turn or more later. */
function soon(task: () => void): void {
  setTimeout(() => alone(task), 2);
}

/** Errors of the action itself are ignored, such as a head that is sent twice. */
function alone(task: () => void): void {
  try {
    task();
  } catch {
    // It must not reach SockJS.
  }
}

/** Keeps all that is written until the end, as compression may. */
function hoard(res: ServerResponse): void {
  const buffered: string[] = [];
  const { end } = res;
  res.write = ((chunk: unknown, ...rest: unknown[]) => {
    buffered.push(String(chunk));
    const written = rest.find((each) => typeof each === "function") as (() => void) | undefined;
    if (written !== undefined) queueMicrotask(written);
    return true;
  }) as typeof res.write;
  res.end = ((chunk?: unknown, ...rest: unknown[]) => {
    const last = typeof chunk === "string" ? chunk : "";
    return Reflect.apply(end, res, [buffered.join("") + last, ...rest]);
  }) as typeof res.end;
}

/** The actions by name. */
const actions: Readonly<Record<string, Action>> = {
  utf8: (req) => void req.setEncoding("utf8"),
  latin1: (req) => void req.setEncoding("latin1"),
  hex: (req) => void req.setEncoding("hex"),
  pause: (req) => void req.pause(),
  resume: (req) => void req.resume(),
  "resume-late": (req) => soon(() => void req.resume()),
  "read-part": (req) => void req.once("readable", () => void req.read(1)),
  "read-one": (req) => void req.read(1),
  "read-data": (req) => void req.on("data", () => {}),
  unshift: (req) => void req.unshift("x"),
  "destroy-request": (req) => void req.destroy(),
  "destroy-request-late": (req) => soon(() => void req.destroy()),
  "destroy-response": (_, res) => void res.destroy(),
  "destroy-response-late": (_, res) => soon(() => void res.destroy()),
  "destroy-socket-late": (req) => soon(() => void req.socket.destroy()),
  "end-socket-late": (req) => soon(() => void req.socket.end()),
  "wrap-write": (_, res) => wrap(res, "write", () => {}),
  "wrap-head": (_, res) => wrap(res, "writeHead", () => {}),
  "wrap-end": (_, res) => wrap(res, "end", () => {}),
  "throw-in-write": (_, res) => wrap(res, "write", throwOnce()),
  "throw-in-head": (_, res) => wrap(res, "writeHead", throwOnce()),
  "throw-in-end": (_, res) => wrap(res, "end", throwOnce()),
  hoard: (_, res) => hoard(res),
  "set-header": (_, res) => void res.setHeader("X-Own", "1"),
  "set-length": (_, res) => void res.setHeader("Content-Length", "3"),
  "set-status": (_, res) => void (res.statusCode = 402),
  "head-sent": (_, res) => void res.writeHead(200, { "X-Own": "1" }),
  "head-flushed": (_, res) => void res.flushHeaders(),
  written: (_, res) => void res.write("before"),
  ended: (_, res) => void res.end("before"),
  "ended-late": (_, res) =>
    soon(() => {
      if (!res.writableEnded) res.end("late");
    }),
  "informed": (_, res) => void res.writeContinue(),
  timeout: (req) => void req.setTimeout(5, () => void req.destroy()),
};

/** Ways to put the request off. */
const delays: Readonly<Record<string, (req: IncomingMessage, go: () => void) => void>> = {
  "next-tick": (_, go) => queueMicrotask(go),
  later: (_, go) => void setTimeout(go, 3),
  "after-body": (req, go) => {
    req.on("data", () => {});
    req.on("end", go);
  },
};

/** The names of all. */
export const actionNames: readonly string[] = [...Object.keys(actions), ...Object.keys(delays)];

/** Runs the actions that the request lists, then the rest of the application. */
export function before(req: IncomingMessage, res: ServerResponse, go: () => void): void {
  const names = String(req.headers[fieldName] ?? "").split(",");
  for (const name of names) alone(() => actions[name]?.(req, res));
  const delay = names.map((name) => delays[name]).find((each) => each !== undefined);
  if (delay === undefined) go();
  else delay(req, go);
}
