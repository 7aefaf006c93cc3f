/**
 * A session over HTTP whose requests a test makes itself, through a proxy.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** Knows the URL of one session. */
export class RawSession {
  readonly id = crypto.randomUUID();
  readonly url: string;

  /** @param service the URL of a service, without a slash at the end */
  constructor(service: string) {
    this.url = `${service}/000/${this.id}`;
  }

  /** The body of one poll. */
  async poll(signal?: AbortSignal): Promise<string> {
    const response = await fetch(`${this.url}/xhr`, { method: "POST", signal: signal ?? null });
    assertEquals(response.status, 200, this.url);
    return await response.text();
  }

  /** Opens it with a poll. */
  async open(): Promise<this> {
    assertEquals(await this.poll(), "o\n");
    return this;
  }

  /** Opens it with a stream, past the open frame. */
  async stream(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const response = await fetch(`${this.url}/xhr_streaming`, { method: "POST" });
    const reader = response.body!.getReader();
    let text = "";
    while (!text.endsWith("o\n")) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    return reader;
  }

  /** The status of a send. */
  async send(...messages: string[]): Promise<number> {
    const body = JSON.stringify(messages);
    const response = await fetch(`${this.url}/xhr_send`, { method: "POST", body });
    await response.body?.cancel();
    return response.status;
  }

  /** Begins a poll, and ends its connection once it waits at the server. */
  async leave(): Promise<void> {
    const end = new AbortController();
    const polls = [this.poll(end.signal), this.poll(end.signal)];
    // Of two at a time, the second is told that the first waits.
    assertEquals(await Promise.race(polls), 'c[2010,"Another connection still open"]\n');
    end.abort();
    await Promise.allSettled(polls);
  }
}
