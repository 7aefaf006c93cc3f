/**
 * A running server, for tests of a client.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Closed, Opened } from "../support/recorder.ts";
import type { LoggedRequest } from "./request_log.ts";
import type { ServerProcess } from "../support/server_process.ts";

/** Knows where the services are, and what the server has to say of clients. */
export class ServerUnderTest {
  readonly #process: ServerProcess;

  constructor(process: ServerProcess) {
    this.#process = process;
  }

  /** The base URL of a service, such as `/echo`. */
  url(service: string): string {
    return this.#process.address + service;
  }

  /** The connections the application got under a session id: at least one. */
  async opened(id: string): Promise<Opened[]> {
    return await this.#ask("/recorded/opened", id, 1);
  }

  /** The `close` events that the application got under a session id. */
  async closed(id: string): Promise<Closed[]> {
    return await this.#ask("/recorded/closed", id, 1);
  }

  /** The requests of a session, once there are `count` of them. */
  async requests(id: string, count = 0): Promise<LoggedRequest[]> {
    return await this.#ask("/requests", id, count);
  }

  /** The last path segments of these requests. */
  async endpoints(id: string, count = 0): Promise<string[]> {
    const requests = await this.requests(id, count);
    return requests.map(({ endpoint }) => endpoint);
  }

  async #ask<Answer>(
    path: string,
    of: string,
    count: number,
  ): Promise<Answer> {
    const query = new URLSearchParams({ of, count: `${count}` });
    const response = await fetch(this.url(`${path}?${query}`), {
      signal: AbortSignal.timeout(15_000),
    });
    assertEquals(response.status, 200, `${path} of ${of}`);
    return await response.json();
  }
}
