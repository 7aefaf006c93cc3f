/**
 * Probes of what a handler can see of a request.
 *
 * @module
 */

import { outcome } from "../here.ts";
import { exchange, type RawRequest } from "../http_client.ts";
import { serve } from "../serve.ts";

/** The request's `url`; the status where the runtime answers by itself. */
async function urlOf(request: RawRequest): Promise<string | number> {
  const port = serve(({ url }) => new Response(url.replace(/:[0-9]{4,}/, ":port")));
  const { status, body } = await exchange(port, request);
  return status === 200 ? body : status;
}

/** URLs by the path in the request line. */
export async function urlsByPath() {
  const paths = ["/a/./b", "/a/../b", "/%2e/b", "/a%2fb", "/a\\b", "//a//b", "/\xc3\xa9"];
  const urls = paths.map(async (path) => [path, await urlOf({ path })] as const);
  return Object.fromEntries(await Promise.all(urls));
}

/** URLs by the `Host`. */
export async function urlsByHost() {
  const of = (Host: string | null, version: "1.0" | "1.1" = "1.1") =>
    urlOf({ version, path: "/a", headers: { Host } });
  return {
    absentInHttp10: await of(null, "1.0"),
    absent: await of(null),
    empty: await of(""),
    invalid: await of("a b"),
    withAPath: await of("x/b?"),
    withUserinfo: await of("a@b"),
    withAnEscape: await of("x%2f"),
  };
}

/** What a look at a request finds once a later one has been answered. */
async function afterTheResponse<Saved, Seen>(
  keep: (request: Request, info: unknown) => Saved,
  look: (saved: Saved) => Seen,
) {
  const saved: Saved[] = [];
  const port = serve((request, info) => {
    saved.push(keep(request, info));
    return new Response();
  });
  await exchange(port, { headers: { "X-Name": "value" } });
  await exchange(port);
  return saved.slice(0, 1).map((first) => outcome(() => look(first)))[0] ?? null;
}

/** A request's headers, once taken from it before its end, and once after. */
export async function headersAfterTheAnswer() {
  return {
    takenBefore: await afterTheResponse(({ headers }) => headers, (it) => it.get("x-name")),
    takenAfter: await afterTheResponse((request) => request, (it) => it.headers.get("x-name")),
  };
}

/** Deno: a request's peer address. */
export function addressAfterTheAnswer() {
  return afterTheResponse(
    (_request, info) => info as { remoteAddr: { hostname: string } },
    (info) => info.remoteAddr.hostname,
  );
}
