/**
 * Probes of what a handler learns about a client that disconnects.
 *
 * @module
 */

import { turn } from "../here.ts";
import { encodeRequest, readChunk, readHead } from "../http_client.ts";
import { serve } from "../serve.ts";
import { TcpClient } from "../tcp_client.ts";

/** The client goes while the body has nothing yet. */
export async function cancelOfAPoll() {
  const requested = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const port = serve(() => {
    requested.resolve();
    return new Response(new ReadableStream({ cancel: () => cancelled.resolve() }));
  });
  const client = await TcpClient.connect(port);
  client.write(encodeRequest());
  await requested.promise;
  await turn();
  client.vanish();
  await cancelled.promise;
  return { cancelled: true };
}

/** The client goes after a chunk. */
export async function cancelOfAStream() {
  const cancelled = Promise.withResolvers<void>();
  const port = serve(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(1)),
        cancel: () => cancelled.resolve(),
      }),
    )
  );
  const client = await TcpClient.connect(port);
  client.write(encodeRequest());
  await readHead(client);
  await readChunk(client);
  client.vanish();
  await cancelled.promise;
  return { cancelled: true };
}

/** The client gives up a poll and at once sends another, on another connection. */
export async function abortAndNextRequest() {
  const requested = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<{ knownATurnLater: boolean }>();
  let knownATurnLater = false;
  const poll = () => {
    requested.resolve();
    const cancel = () => {
      knownATurnLater = true;
    };
    return new Response(new ReadableStream({ cancel }));
  };
  const port = serve(async (request) => {
    if (request.url.endsWith("/first")) return poll();
    await turn();
    seen.resolve({ knownATurnLater });
    return new Response();
  });
  const first = await TcpClient.connect(port);
  const second = await TcpClient.connect(port);
  first.write(encodeRequest({ path: "/first" }));
  await requested.promise;
  await turn();
  first.vanish();
  second.write(encodeRequest({ path: "/second" }));
  return await seen.promise;
}
