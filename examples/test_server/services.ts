/**
 * The services that SockJS protocol suites and the stock client's own tests expect.
 *
 * @module
 */

import type { Connection, createServer } from "../../mod.ts";

/** What `createServer` takes. */
export type Options = NonNullable<Parameters<typeof createServer>[0]>;

/** What `createServer` gives. */
export type SockjsServer = ReturnType<typeof createServer>;

/** Several services in one process: a request goes to the first it belongs to. */
export class Services {
  readonly servers: SockjsServer[] = [];
  /** Answers requests that belong to none. */
  other: (request: Request) => Response | Promise<Response> = () =>
    new Response(null, { status: 404 });
  readonly #createServer: (options: Options) => SockjsServer;

  constructor(createServer: (options: Options) => SockjsServer) {
    this.#createServer = createServer;
  }

  /** Adds a service, after those that are there. */
  add(options: Options, onConnection: (connection: Connection) => void): void {
    const next = this.servers.length + 1;
    const server = this.#createServer({
      ...options,
      fallback: (request, info) =>
        this.servers[next]?.handler(request, info) ?? this.other(request),
    });
    server.on("connection", onConnection);
    this.servers.push(server);
  }

  /** Answers a request; `info` is what the runtime passes second. */
  handler = (request: Request, info?: unknown): Response | Promise<Response> =>
    this.first.handler(request, info);

  /** Any of the servers: one `websocket` object serves all, for Bun. */
  get first(): SockjsServer {
    const [first] = this.servers;
    if (first === undefined) throw new Error("No service was added");
    return first;
  }
}

/** Gives every message back. */
export function echo(connection: Connection): void {
  connection.on("data", (message) => connection.write(message));
}

/** The services of PROTOCOL.md, section 8; `overrides` go into each. */
export function createServices(
  createServer: (options: Options) => SockjsServer,
  overrides: Omit<Options, "prefix"> = {},
): Services {
  const services = new Services((options) => createServer({ ...options, ...overrides }));

  services.add({ prefix: "/echo", responseLimit: 4096 }, echo);
  services.add({ prefix: "/disabled_websocket_echo", websocket: false }, echo);
  services.add({ prefix: "/cookie_needed_echo", jsessionid: true }, echo);

  services.add({ prefix: "/close" }, (connection) => {
    connection.close(3000, "Go away!");
  });

  services.add({ prefix: "/ticker" }, (connection) => {
    const timer = setInterval(() => connection.write("tick!"), 1000);
    connection.on("close", () => clearInterval(timer));
  });

  const everyone = new Set<Connection>();
  services.add({ prefix: "/broadcast" }, (connection) => {
    everyone.add(connection);
    connection.on("close", () => everyone.delete(connection));
    connection.on("data", (message) => {
      for (const each of everyone) each.write(message);
    });
  });

  services.add({ prefix: "/amplify" }, (connection) => {
    connection.on("data", (message) => {
      const requested = Math.floor(Number(message));
      const exponent = requested >= 1 && requested <= 18 ? requested : 1;
      connection.write("x".repeat(2 ** exponent));
    });
  });

  return services;
}
