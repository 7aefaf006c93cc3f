/**
 * Middleware before and after SockJS in the application under test.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { contextStorage } from "hono/context-storage";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { logger } from "hono/logger";
import { poweredBy } from "hono/powered-by";
import { prettyJSON } from "hono/pretty-json";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { timeout } from "hono/timeout";
import { timing } from "hono/timing";
import { trimTrailingSlash } from "hono/trailing-slash";

/**
 * Under names that can stand in a path; each lets SockJS work, except that `etag`
 * holds back streams that are asked for with GET: it reads answers to their end.
 */
export const harmless: Readonly<Record<string, MiddlewareHandler>> = {
  body_limit: bodyLimit({ maxSize: 100_000 }),
  compress: compress({ threshold: 0 }),
  context_storage: contextStorage(),
  cors: cors(),
  cors_with_credentials: cors({ origin: (origin) => origin, credentials: true }),
  etag: etag(),
  logger: logger(() => {}),
  powered_by: poweredBy(),
  pretty_json: prettyJSON({ force: true }),
  request_id: requestId(),
  secure_headers: secureHeaders(),
  timeout: timeout(60_000),
  timing: timing(),
  trim_trailing_slash: trimTrailingSlash(),
  headers_before: async (c, next) => {
    c.res.headers.set("X-Before", "yes");
    await next();
  },
  headers_after: async (c, next) => {
    await next();
    c.header("X-After", "yes");
    c.res.headers.append("X-After", "indeed");
  },
};

/** Each ruins answers over HTTP, of all who use it; websockets live on. */
export const harmful: Readonly<Record<string, MiddlewareHandler>> = {
  replaces: async (c, next) => {
    await next();
    c.res = undefined;
    c.res = c.text("Replaced", 418);
  },
  throws: async (_c, next) => {
    await next();
    throw new Error("Thrown after the upgrade");
  },
};
