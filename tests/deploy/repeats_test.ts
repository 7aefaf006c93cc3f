/** Tests which requests a proxy sends again after a process has failed. */

import { assertEquals } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { behind } from "./behind.ts";
import { type Program, Proxy } from "./proxy.ts";

/** What a process does after it has read a request. */
const failures = ["503", "reset"] as const;

/** Requests that could do something twice. */
const onlyOnce = ["/order", "/echoes/order", "/echo/000/s/xhr_send", "/echo/000/s/jsonp_send"];

repeats("haproxy", onlyOnce, (ports) => Proxy.haproxy("by_url.cfg", ports));
repeats(
  "nginx",
  [...onlyOnce, "/one/echo/000/s/xhr_send", "/one/echo/000/s/xhr"],
  (ports) => Proxy.nginx(ports, (text) => text.replace(/one 127.*/, `one 127.0.0.1:${ports[0]};`)),
);

function repeats(
  program: Program,
  paths: readonly string[],
  startProxy: (ports: number[]) => Promise<Proxy>,
): void {
  behind(
    program,
    "deno",
    "a POST that may have been accepted reaches one process once",
    async () => {
      await using processes = await FailingProcesses.start();
      await using proxy = await startProxy(processes.ports);
      for (const path of paths) {
        for (const failure of failures) {
          const expected = failure === "503" ? 503 : 502;
          assertEquals(
            await processes.failing(proxy, path, failure),
            [expected, 1],
            path + failure,
          );
        }
      }
    },
  );

  behind(program, "deno", "a POST that opens a session and gets 503 reaches all", async () => {
    await using processes = await FailingProcesses.start();
    await using proxy = await startProxy(processes.ports);
    for (const transport of ["xhr", "xhr_streaming"]) {
      await processes.failing(proxy, `/echo/000/s/${transport}`, "503");
      assertEquals(processes.asked.size, 2, transport);
    }
  });
}

/** Two processes that fail whenever they have read a POST request. */
class FailingProcesses implements AsyncDisposable {
  /** The ports of those that got the last request. */
  readonly asked = new Set<number>();
  #count = 0;
  readonly #servers = [0, 1].map(() =>
    createServer((request, response) => {
      // A health check.
      if (request.method === "GET") return response.end("{}");
      this.#count++;
      this.asked.add(request.socket.localPort!);
      request.resume().on("end", () => {
        if (request.headers["x-failure"] === "reset") request.socket.destroy();
        else response.writeHead(503).end();
      });
    })
  );

  static async start(): Promise<FailingProcesses> {
    const processes = new FailingProcesses();
    await Promise.all(
      processes.#servers.map((server) =>
        new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      ),
    );
    return processes;
  }

  get ports(): number[] {
    return this.#servers.map((server) => (server.address() as AddressInfo).port);
  }

  /** The status that the client gets, and how many requests the processes got. */
  async failing(proxy: Proxy, path: string, failure: string): Promise<[number, number]> {
    this.asked.clear();
    this.#count = 0;
    // HAProxy would end a kept connection without a response, and then `fetch` itself asks again.
    const response = await fetch(proxy.address + path, {
      method: "POST",
      headers: { "X-Failure": failure, "Connection": "close" },
      body: '["once"]',
    });
    await response.body?.cancel();
    return [response.status, this.#count];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    }));
  }
}
