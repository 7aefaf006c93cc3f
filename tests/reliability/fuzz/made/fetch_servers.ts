/**
 * HTTP/2 servers for fetch handlers. Only Deno has one.
 *
 * @module
 */

import type { Handler } from "../../../../examples/serve.ts";
import { certificate } from "../../../support/certificate.ts";

interface DenoServes {
  serve(
    options: {
      readonly hostname: string;
      readonly port: number;
      readonly cert: string;
      readonly key: string;
      onListen(address: { port: number }): void;
    },
    handler: Handler,
  ): unknown;
}

/** Where it listens, if there is one. */
export async function secureFetchServer(handler: Handler): Promise<Record<string, number>> {
  const { Deno } = globalThis as unknown as { Deno?: DenoServes };
  if (Deno === undefined) return {};
  const { promise, resolve } = Promise.withResolvers<number>();
  const onListen = (address: { port: number }) => resolve(address.port);
  Deno.serve({ hostname: "127.0.0.1", port: 0, ...certificate, onListen }, handler);
  return { secure: await promise };
}
