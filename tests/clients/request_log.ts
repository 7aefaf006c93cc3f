/**
 * Lets a test learn which requests a client made.
 *
 * @module
 */

import type { SockjsServer } from "../../examples/test_server/services.ts";
import type { RequestRuntime } from "../../src/runtimes/runtime.ts";

/** A request, and how it was answered. */
export interface LoggedRequest {
  /** The last segment of the path: `info`, `websocket`, `xhr`, … */
  endpoint: string;
  /** 0 as long as it waits. Of an upgrade, Bun tells nothing but that it was not refused. */
  status: number;
  cookie: string | null;
}

/** What adapters bring beside a request, where they send answers without a `Response`. */
const runtimeKey = Symbol.for("sockjs-web.runtime");

type Note = (status: number, cookie: string | null) => void;

/** The same for one request, noting what is sent. */
function notingRuntime(runtime: RequestRuntime, note: Note): RequestRuntime {
  return {
    endpoints: () => runtime.endpoints(),
    respond(response) {
      note(response.status, response.headers["Set-Cookie"] ?? null);
      return runtime.respond!(response);
    },
    stream(headers, listener) {
      note(200, headers["Set-Cookie"] ?? null);
      return runtime.stream!(headers, listener);
    },
    upgrade(listener, warnOnce) {
      const response = runtime.upgrade?.(listener, warnOnce);
      if (response !== undefined) note(101, null);
      return response;
    },
  };
}

/** Writes down requests, by the segment before the last: a session or a service. */
export class RequestLog {
  readonly #requests = new Map<string, LoggedRequest[]>();
  #waiting: (() => void)[] = [];

  /** Writes down all requests of a server, and their answers once they have begun. */
  watch(server: SockjsServer): void {
    const handle = server.handle.bind(server);
    server.handle = (request, info) => {
      if (!server.matches(request.url)) return handle(request, info);
      // Read now: after an upgrade the request may be gone.
      const { pathname } = new URL(request.url);
      const note = this.#note(pathname);
      const runtime = (info as { [runtimeKey]?: RequestRuntime } | undefined)?.[runtimeKey];
      if (runtime?.respond === undefined) {
        const answer = handle(request, info);
        Promise.resolve(answer).then(({ status, headers }) => {
          note(status, headers.get("Set-Cookie"));
        });
        return answer;
      }
      return handle(request, { [runtimeKey]: notingRuntime(runtime, note) });
    };
  }

  #note(path: string): Note {
    const [of = "", endpoint = ""] = path.split("/").slice(-2);
    const requests = this.#requests.get(of) ?? [];
    const noted: LoggedRequest = { endpoint, status: 0, cookie: null };
    this.#requests.set(of, [...requests, noted]);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    return (status, cookie) => {
      noted.status = status;
      noted.cookie = cookie;
    };
  }

  /** Answers `/requests?of=<whom>&count=<least>` once there are so many. */
  async answer(url: URL): Promise<Response> {
    const of = url.searchParams.get("of") ?? "";
    const count = Number(url.searchParams.get("count"));
    while (true) {
      const requests = this.#requests.get(of) ?? [];
      if (requests.length >= count) return Response.json(requests);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
