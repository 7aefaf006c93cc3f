/**
 * The server program whose services are made for one case each.
 *
 * @module
 */

import process from "node:process";
import { readArguments } from "../../../../examples/test_server/serve.ts";
import { echo, type Options, Services } from "../../../../examples/test_server/services.ts";
import { endOnSignals } from "../../../../examples/end_on_signals.ts";
import { addressOf, serveFetch } from "../../../../examples/serve.ts";
import { createServer } from "../../../../mod.ts";
import type { SockJSServer } from "../../../../src/adapters/node.ts";
import { Recorder } from "../../../support/recorder.ts";
import { MadeServices } from "./services.ts";

const recorder = new Recorder();
const create = (options: Options) => createServer(options);
const made = new MadeServices(create);

// For those that are to be left in peace.
const services = new Services((options) => {
  const server = create(options);
  recorder.watch(String(options.prefix), server);
  return server;
});
services.add({ prefix: "/echo", heartbeatDelay: 100, heartbeatTimeout: 60_000 }, echo);
services.add({ prefix: "/fleeting", heartbeatDelay: 100, disconnectDelay: 300 }, echo);

/** All that is no SockJS. */
const application = async (url: string): Promise<Response> => {
  if (!URL.canParse(url)) return new Response(null, { status: 404 });
  const { pathname } = new URL(url);
  if (pathname === "/ports") return Response.json(await ports);
  if (pathname.startsWith("/end/")) return Response.json(await made.end(pathname.slice(4)));
  return await recorder.respond(new URL(url));
};
services.other = ({ url }) => application(url);

/** All services as if they were one, for adapters. */
const everything: SockJSServer = {
  matches: (url) => of(url) !== undefined,
  upgrades: (url) => of(url)?.upgrades(url) ?? false,
  handle: (request, info) => of(request.url)?.handle(request, info) ?? services.other(request),
  warnOnce() {},
};

function of(url: string) {
  return made.of(url) ?? services.servers.find((server) => server.matches(url));
}

const handler = (request: Request, info?: unknown) =>
  made.of(request.url)?.handler(request, info) ?? services.handler(request, info);

const { port, via } = readArguments(0);
endOnSignals();
/** Of all servers, by their names; the first is the one that says so. */
const ports: Promise<Record<string, number>> = listen();

async function listen(): Promise<Record<string, number>> {
  if (via === "fetch") {
    const { secureFetchServer } = await import("./fetch_servers.ts");
    const { port: plain } = await serveFetch(port, handler, services.first.websocket);
    return { plain, ...await secureFetchServer(handler) };
  }
  const [{ listeningServer, plainServer }, { http2Servers }, { listen }] = await Promise.all([
    import("./node_servers.ts"),
    import("./http2_servers.ts"),
    import("../../../support/program_control.ts"),
  ]);
  const servers = {
    plain: plainServer(everything, application),
    listening: listeningServer(everything, application),
    ...await http2Servers(everything, application),
  };
  const found = Object.entries(servers).map(async ([name, server]) =>
    [name, await listen(server)] as const
  );
  return Object.fromEntries(await Promise.all(found));
}

// Not by the console: the application's first use of this may open a file.
process.stdout.write(`${addressOf((await ports)["plain"] ?? 0)}\n`);
