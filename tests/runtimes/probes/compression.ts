/**
 * Probes of which responses a runtime compresses by itself.
 *
 * @module
 */

import { hostname } from "../here.ts";
import { exchange } from "../http_client.ts";
import { serve } from "../serve.ts";

const text = "text ".repeat(1000);

async function encodingFrom(port: number): Promise<string | null> {
  const { headers } = await exchange(port, { headers: { "Accept-Encoding": "gzip" } });
  return headers["content-encoding"] ?? null;
}

function respond(headers: Record<string, string> = {}): () => Response {
  return () => new Response(text, { headers: { "Content-Type": "text/plain", ...headers } });
}

/** The encoding of a text of some kilobytes, by default. */
export function textByDefault() {
  return encodingFrom(serve(respond()));
}

/** Deno: the same where the application has asked for compression. */
export async function automaticCompression() {
  const encoding = (handler: () => Response) => {
    const options = { hostname, port: 0, automaticCompression: true, onListen() {} };
    return encodingFrom(Deno.serve(options, handler).addr.port);
  };
  return {
    plain: await encoding(respond()),
    noTransform: await encoding(respond({ "Cache-Control": "no-store, no-transform" })),
  };
}
