/**
 * Lets a test learn which requests a client made.
 *
 * @module
 */

/** A request, and how it was answered. */
export interface LoggedRequest {
  /** The last segment of the path: `info`, `websocket`, `xhr`, … */
  endpoint: string;
  /** Of an upgrade, Bun tells nothing but that it was not refused. */
  status: number;
  cookie: string | null;
}

/** Writes down requests, by the segment before the last: a session or a service. */
export class RequestLog {
  readonly #requests = new Map<string, LoggedRequest[]>();
  #waiting: (() => void)[] = [];

  /** Writes a request down once its answer has begun. */
  async note(
    path: string,
    answer: Response | Promise<Response>,
  ): Promise<void> {
    const [of = "", endpoint = ""] = path.split("/").slice(-2);
    const { status, headers } = await answer;
    const cookie = headers.get("Set-Cookie");
    const requests = this.#requests.get(of) ?? [];
    this.#requests.set(of, [...requests, { endpoint, status, cookie }]);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
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
