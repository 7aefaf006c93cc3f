/**
 * Three processes, one on each runtime, behind a proxy and under hundreds of clients. Each of them
 * can be stopped and started again.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { inParallel } from "../support/crowd.ts";
import { startServer } from "../support/hosts.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { hosts } from "./behind.ts";
import { transports } from "./lines.ts";
import type { Proxy } from "./proxy.ts";
import { ReturningClient } from "./returning_client.ts";

/** What the processes are called, in the proxy as well. */
export const names = ["one", "two", "three"] as const;

const script = new URL("./server.ts", import.meta.url);

/** Half of all clients have websockets. */
const kinds = ["websocket", ...transports] as const;

/** How many there are at the beginning. */
const atFirst = 280;

/** How many come while a process drains. */
const newcomers = 10;

/** HAProxy has noticed by then: it asks once a second, and believes the second answer. */
const drainTime = 3000;

/** The clients, and what is in front of the processes. */
export class RestartingSite implements AsyncDisposable {
  clients: ReturningClient[] = [];
  readonly #processes = new Map<string, ServerProcess>();
  readonly #baseUrl: string | undefined;
  #proxy: Proxy | undefined;

  private constructor(baseUrl?: string) {
    this.#baseUrl = baseUrl;
  }

  /**
   * Starts all of it.
   *
   * @param baseUrl that of a process, with `NAME` in place of its name
   */
  static async start(
    startProxy: (ports: number[]) => Promise<Proxy>,
    baseUrl?: string,
  ): Promise<RestartingSite> {
    const site = new RestartingSite(baseUrl);
    await Promise.all(names.map((name) => site.#start(name, 0)));
    site.#proxy = await startProxy(names.map((name) => site.#process(name).port));
    await site.open(atFirst);
    return site;
  }

  get proxy(): Proxy {
    assert(this.#proxy);
    return this.#proxy;
  }

  /** Opens so many clients. */
  async open(count: number): Promise<void> {
    await inParallel(count, async (at) => {
      const kind = kinds[at % kinds.length]!;
      this.clients.push(await ReturningClient.open(this.proxy.address, kind));
    });
  }

  /**
   * Stops a process, while others come and while the clients of other processes send messages:
   * its clients get 1001 and come back on other processes.
   */
  async stop(name: string): Promise<void> {
    const leaving = this.clients.filter(({ process }) => process === name);
    const others = this.clients.filter(({ process }) => process !== name);
    assert(leaving.length > 0 && others.length > 0);
    const expected = returnsOf(leaving).map((returns) => returns + 1);
    const otherReturns = returnsOf(others);

    let hasEnded = false;
    const ended = this.#process(name).stop().finally(() => hasEnded = true);
    const coming = this.open(newcomers);
    while (!hasEnded) await Promise.all(others.map((client) => client.echo()));
    const { code, stderr } = await ended;
    assertEquals([code, stderr], [0, ""]);
    await coming;

    await Promise.all(this.clients.map((client) => client.connected()));
    assertEquals(returnsOf(leaving), expected);
    assertEquals(returnsOf(others), otherReturns);
    assertEquals(this.clients.filter(({ process }) => process === name), []);
  }

  /** Starts a process again, where it was. */
  async startAgain(name: string): Promise<void> {
    await this.#start(name, this.#process(name).port);
  }

  /** Lets clients go for good. */
  dismiss(clients: readonly ReturningClient[]): void {
    for (const client of clients) client.leave();
    this.clients = this.clients.filter((client) => !clients.includes(client));
  }

  /** Every client sends a message and gets it back. */
  async allEcho(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.echo()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dismiss(this.clients);
    await this.#proxy?.[Symbol.asyncDispose]();
    await Promise.all(this.#processes.values().map((process) => process.kill()));
  }

  #process(name: string): ServerProcess {
    const process = this.#processes.get(name);
    assert(process);
    return process;
  }

  async #start(name: string, port: number): Promise<void> {
    const host = hosts[names.findIndex((each) => each === name)];
    assert(host);
    const args = [
      "--port",
      `${port}`,
      "--name",
      name,
      "--drain",
      `${drainTime}`,
      "--spread",
      "500",
    ];
    if (this.#baseUrl !== undefined) args.push("--base-url", this.#baseUrl.replace("NAME", name));
    this.#processes.set(name, await startServer(host, script, args));
  }
}

function returnsOf(clients: readonly ReturningClient[]): number[] {
  return clients.map(({ returns }) => returns);
}
