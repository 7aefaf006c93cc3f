/**
 * Starts samples as servers under test.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { nodeNames } from "../../scripts/runtimes.ts";
import { StockClient } from "../support/stock_client.ts";
import { presentHosts } from "../support/hosts.ts";
import { ServerProcess } from "../support/server_process.ts";

/** Those that every server has to serve. */
export const transports = ["websocket", "xhr-streaming", "xhr-polling"];

/** A sample that runs. */
export class SampleServer {
  readonly #process: ServerProcess;

  constructor(process: ServerProcess) {
    this.#process = process;
  }

  get port(): number {
    return this.#process.port;
  }

  url(path: string): string {
    return this.#process.address + path;
  }

  /** Connects the stock client over exactly that transport. */
  connect(prefix: string, transport: string): Promise<StockClient> {
    return StockClient.open(this.url(prefix), [transport]);
  }

  /** All that the sample has printed, once it is so many lines. */
  async printed(lines: number): Promise<string[]> {
    const response = await fetch(this.url(`/printed?lines=${lines}`), {
      signal: AbortSignal.timeout(15_000),
    });
    return await response.json();
  }
}

const present: ReadonlySet<string> = presentHosts;

/** Registers a test on each version of Node, against a process of its own. */
export function onEachNode(
  sample: string,
  sentence: string,
  test: (server: SampleServer) => Promise<void>,
): void {
  for (const node of nodeNames) {
    Deno.test({
      name: `${node} sockjs-node ${sample}: ${sentence}`,
      ignore: !present.has(node),
      // The client leaves timers and sockets behind when it closes.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        const path = new URL(`samples/${sample}`, import.meta.url).pathname;
        const runner = new URL("run_sample.ts", import.meta.url);
        await using process = await ServerProcess.start(node, runner, [path]);
        await test(new SampleServer(process));
        assertEquals((await process.stop()).stderr, "");
      },
    });
  }
}
