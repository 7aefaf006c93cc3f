/**
 * Probes of what happens to idle connections.
 *
 * @module
 */

import { type BunServer, hostname, requireBun } from "../here.ts";
import { encodeRequest, readHead } from "../http_client.ts";
import { serve } from "../serve.ts";
import { TcpClient } from "../tcp_client.ts";

/** How often Bun looks whether a time is out, in s. */
const clockTick = 4;
/** As short as it can be, in s. */
const idleTimeout = 1;
/** Longer than any probe, in s. */
const longTimeout = 30;

type BunHandler = (request: Request, server: BunServer) => Response;

async function askBun(handler: BunHandler): Promise<TcpClient> {
  const server = requireBun().serve({ hostname, port: 0, idleTimeout, fetch: handler });
  const client = await TcpClient.connect(server.port);
  client.write(encodeRequest());
  return client;
}

function silence(cancel = () => {}): Response {
  return new Response(new ReadableStream({ cancel }));
}

/** Bun: a response that is silent for longer than the idle timeout. */
export async function silentResponse() {
  let cancelled = false;
  const client = await askBun(() =>
    silence(() => {
      cancelled = true;
    })
  );
  await client.toEnd();
  return { over: client.over, cancelled };
}

/** Bun: the same with the default timeout. */
export async function silenceByDefault() {
  const start = performance.now();
  const client = await TcpClient.connect(serve(() => silence()));
  client.write(encodeRequest());
  await client.toEnd();
  const seconds = (performance.now() - start) / 1000;
  return { after10s: Math.abs(seconds - 10) < 2 * clockTick };
}

/** Bun: the same, with a timeout of its own. Watched until two others were cut. */
export async function prolongedResponse() {
  const client = await askBun((request, server) => {
    server.timeout(request, longTimeout);
    return silence();
  });
  for (let cut = 0; cut < 2; cut++) await (await askBun(() => silence())).toEnd();
  return { over: client.over };
}

/** The connection after a response in whose course the timeout was changed. */
async function afterTimeouts(...timeouts: number[]): Promise<TcpClient> {
  const client = await askBun((request, server) => {
    for (const seconds of timeouts) server.timeout(request, seconds);
    return new Response(null);
  });
  await readHead(client);
  return client;
}

/** Bun: idle connections after answers. Watched until one that was put back is cut. */
export async function idleConnections() {
  const [putBack, prolonged, unlimited] = await Promise.all([
    afterTimeouts(longTimeout, idleTimeout),
    afterTimeouts(longTimeout),
    afterTimeouts(0),
  ]);
  await putBack.toEnd();
  return { putBack: putBack.over, prolonged: prolonged.over, unlimited: unlimited.over };
}

/** Deno: a response that is silent for longer than Bun's default, which is 10 s. */
export async function longSilence() {
  const client = await TcpClient.connect(serve(() => silence()));
  client.write(encodeRequest());
  // Nothing may happen in this time.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  return { over: client.over };
}
