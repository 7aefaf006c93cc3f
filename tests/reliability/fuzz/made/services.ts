/**
 * Creates services from the plans in request paths, and closes them.
 *
 * @module
 */

import type { Options, SockjsServer } from "../../../../examples/test_server/services.ts";
import { applications } from "./applications.ts";
import { functionsOf } from "./functions.ts";
import { planOf } from "./plan.ts";

/** Makes services when they are asked for, and has each until its case is over. */
export class MadeServices {
  readonly #create: (options: Options) => SockjsServer;
  readonly #services = new Map<string, SockjsServer | undefined>();

  constructor(create: (options: Options) => SockjsServer) {
    this.#create = create;
  }

  /** The one that a request is for. */
  of(url: string): SockjsServer | undefined {
    const path = prefixOf(url);
    if (path === undefined) return undefined;
    if (!this.#services.has(path)) this.#services.set(path, this.#make(path));
    return this.#services.get(path);
  }

  #make(prefix: string): SockjsServer | undefined {
    const { numbers, functions, application } = planOf(prefix);
    const listener = applications[application];
    // What is left of a path that was changed on its way.
    if (listener === undefined) return undefined;
    const options = { log: () => {}, ...numbers, ...functionsOf(functions), prefix };
    const server = this.#create(options as Options);
    server.on("connection", listener as () => void);
    // Else they go to the log.
    if (functions["log"] === undefined) server.on("error", () => {});
    return server;
  }

  /** Closes one for ever, and says how many connections it still has then. */
  async end(url: string): Promise<number> {
    const path = prefixOf(url);
    const server = path === undefined ? undefined : this.#services.get(path);
    if (path === undefined || server === undefined) return 0;
    await server.close({ timeout: 200 });
    this.#services.set(path, undefined);
    return server.connections.size;
  }
}

/** The path of a service, which is the start of an URL's. */
function prefixOf(url: string): string | undefined {
  return /^(?:https?:\/\/[^/]*)?(\/made\/[^/?#]+)/.exec(url)?.[1];
}
