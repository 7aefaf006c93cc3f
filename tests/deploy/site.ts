/**
 * Several processes of a server, for a proxy in front of them.
 *
 * @module
 */

import { type HostName, startServer } from "../support/hosts.ts";
import type { Closed, Opened } from "../support/recorder.ts";
import type { ServerProcess } from "../support/server_process.ts";

const script = new URL("./server.ts", import.meta.url);

const pairs = new Map<HostName, Promise<Site>>();

Deno.test.afterAll(async () => {
  for (const pair of pairs.values()) await (await pair)[Symbol.asyncDispose]();
});

/** The processes, and what they have recorded together. */
export class Site implements AsyncDisposable {
  readonly processes: ServerProcess[] = [];
  /** Answers the page's questions about sessions of any process. */
  readonly #witness: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => this.#respond(new URL(request.url)),
  );

  /** Starts a process on each of the hosts. */
  static async start(hosts: readonly HostName[], args: readonly string[] = []): Promise<Site> {
    const site = new Site();
    const others = ["--witness", `http://127.0.0.1:${site.#witness.addr.port}`, ...args];
    site.processes.push(
      ...await Promise.all(hosts.map((host) => startServer(host, script, others))),
    );
    return site;
  }

  /** Two processes of a host, which all tests of a file share. */
  static pair(host: HostName): Promise<Site> {
    let pair = pairs.get(host);
    if (pair === undefined) {
      pair = Site.start([host, host], ["--jsessionid"]);
      pairs.set(host, pair);
    }
    return pair;
  }

  get ports(): number[] {
    return this.processes.map(({ port }) => port);
  }

  /** How the application of one process got the session with this id. */
  async opened(id: string): Promise<Opened | undefined> {
    return (await this.#ask<Opened[]>("opened", id))[0];
  }

  /** How the session with this id has ended. */
  async closed(id: string): Promise<Closed | undefined> {
    return (await this.#ask<Closed[]>("closed", id))[0];
  }

  /** Which of the processes has the session with this id. */
  async indexOf(id: string): Promise<number> {
    const answers = await Promise.all(this.processes.map(async ({ address }) => {
      return (await (await fetch(`${address}/recorded/opened?of=${id}&count=0`)).json()).length;
    }));
    return answers.indexOf(1);
  }

  /** How many connections each process has of a service. */
  async connections(service: string): Promise<number[]> {
    return await Promise.all(this.processes.map(async ({ address }) => {
      return await (await fetch(`${address}/recorded/connections?of=${service}&count=0`)).json();
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.#witness.shutdown();
  }

  /** Asks all processes, and takes the first answer. */
  async #ask<Answer>(what: string, of: string): Promise<Answer> {
    const end = new AbortController();
    const signal = AbortSignal.any([end.signal, AbortSignal.timeout(15_000)]);
    try {
      return await Promise.any(this.processes.map(async ({ address }) => {
        return await (await fetch(`${address}/recorded/${what}?of=${of}&count=1`, { signal }))
          .json();
      }));
    } finally {
      end.abort();
    }
  }

  /** `/witness/opened?session=<id>` and `/witness/closed?session=<id>`; 404 says: ask again. */
  async #respond({ pathname, searchParams }: URL): Promise<Response> {
    const headers = { "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store" };
    const id = searchParams.get("session") ?? "";
    try {
      const event = await (pathname.endsWith("opened") ? this.opened(id) : this.closed(id));
      return Response.json(event, { headers });
    } catch {
      return new Response(null, { status: 404, headers });
    }
  }
}
