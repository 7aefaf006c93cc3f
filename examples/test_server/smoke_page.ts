/**
 * Serves the page that checks every transport in a browser.
 *
 * @module
 */

import type { Connection } from "../../mod.ts";
import { filesOf } from "../files.ts";
import type { Services } from "./services.ts";
import type { Witness } from "./witness.ts";

/** Gives the page's files. It takes the client from the service `/smoke`. */
export const smokePage = filesOf(new URL("page/", import.meta.url));

/** Adds the page, and what it needs besides the services that are there. */
export function addSmokePage(services: Services, witness: Witness): void {
  services.add({
    prefix: "/smoke",
    responseLimit: 4096,
    // The client cannot cut a request of jsonp: short heartbeats end what it has left behind.
    heartbeatDelay: 1000,
    disconnectDelay: 5000,
  }, obey);
  services.other = (request) => {
    // A hostile Host makes URLs that cannot be parsed.
    if (!URL.canParse(request.url)) return new Response(null, { status: 404 });
    const url = new URL(request.url);
    return url.pathname.startsWith("/witness/") ? witness.respond(url) : smokePage(request);
  };
}

/** Gives every message back, but closes on `close <code> <reason>`. */
function obey(connection: Connection): void {
  connection.on("data", (message) => {
    const [, code, reason] = /^close ([0-9]+) (.*)$/.exec(message) ?? [];
    if (code === undefined) connection.write(message);
    else connection.close(Number(code), reason);
  });
}
