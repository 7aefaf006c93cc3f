/**
 * Calls the functions that were passed as options; they may throw or return anything.
 *
 * @module
 */

import type { Authorization } from "../routing/authorization.ts";
import type { ErrorReporter } from "./error_reporter.ts";
import { checkStatus, isResponse } from "../http/plain_response.ts";
import { isFieldValue, stickyCookie } from "../http/cookies.ts";
import { notFound } from "../http/errors.ts";
import { formatAddress, type IPAddress } from "../http/ip_address.ts";
import { isBaseUrl, isSubprotocol } from "../options/checks.ts";
import type { OriginCheck, TrustProxy } from "../options/server_options.ts";
import { trustOf } from "../options/trust_proxy.ts";
import type { Proxies } from "../routing/proxied_client_info.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { Settings } from "../options/settings.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** The results of options for a request, whether they are values or functions. */
export class OptionCallbacks {
  /** The option `authorize`. The caller deals with what it throws. */
  readonly authorization: Authorization | undefined;
  /** The options `trustProxy` and `proxyHeader`. */
  readonly proxies: Proxies | undefined;
  readonly #settings: Settings;
  readonly #errors: ErrorReporter;
  readonly #originCheck: OriginCheck | undefined;

  constructor(settings: Settings, errors: ErrorReporter) {
    this.#settings = settings;
    this.#errors = errors;
    const { authorize, origins } = settings;
    this.#originCheck = originCheck(origins);
    const report = (error: unknown) => errors.report(error);
    this.authorization = authorize && { authorize, report };
    const { trustProxy, proxyHeader } = settings;
    const trust = typeof trustProxy === "function"
      ? (address: IPAddress | undefined, hop: number) => this.#trusts(trustProxy, address, hop)
      : trustOf(trustProxy);
    this.proxies = trust && { trust, header: proxyHeader };
  }

  /** Whether any of them gets requests. */
  get showsRequests(): boolean {
    const { authorize, origins, jsessionid } = this.#settings;
    return [authorize, origins, jsessionid].some((option) => typeof option === "function");
  }

  #trusts(trustProxy: TrustProxy, address: IPAddress | undefined, hop: number): boolean {
    if (address === undefined) return false;
    const trusted: unknown = this.#errors.callSafely(() => trustProxy(formatAddress(address), hop));
    if (trusted !== undefined && typeof trusted !== "boolean") {
      this.#errors.report(
        new TypeError("Cannot trust a proxy: trustProxy must return a boolean"),
      );
    }
    return trusted === true;
  }

  /** The `Set-Cookie` value for the request, if any. */
  cookie(request: Request): string | undefined {
    const { jsessionid } = this.#settings;
    if (jsessionid === false) return undefined;
    if (jsessionid === true) return stickyCookie(request.headers.get("Cookie"));
    const cookie = this.#errors.callSafely(() => jsessionid(request));
    if (cookie === undefined || isFieldValue(cookie)) return cookie;
    this.#errors.report(
      new TypeError("Cannot set the cookie: jsessionid must return a valid Set-Cookie value"),
    );
    return undefined;
  }

  /** The base URL for clients, if there is one. */
  baseUrl(): string | undefined {
    const { baseUrl } = this.#settings;
    if (typeof baseUrl !== "function") return baseUrl;
    const url = this.#errors.callSafely(baseUrl);
    if (url === undefined || isBaseUrl(url)) return url;
    this.#errors.report(
      new TypeError(
        "Cannot send base_url: baseUrl must return an absolute URL without a slash at the end",
      ),
    );
    return undefined;
  }

  /** The subprotocol of a handshake, if there is to be one. The caller deals with what is thrown. */
  subprotocol(request: Request): string | undefined | Promise<string | undefined> {
    const { subprotocols } = this.#settings;
    if (subprotocols === undefined) return undefined;
    const offered = subprotocolsOf(request.headers.get("Sec-WebSocket-Protocol"));
    if (typeof subprotocols !== "function") return subprotocols.find((name) => offered.has(name));
    if (offered.size === 0) return undefined;
    const check = (chosen: unknown) => this.#offered(chosen, offered);
    // A copy, which the function may change.
    const chosen = subprotocols([...offered], request);
    return isThenable(chosen) ? Promise.resolve(chosen).then(check) : check(chosen);
  }

  #offered(chosen: unknown, offered: ReadonlySet<unknown>): string | undefined {
    if (chosen === undefined || offered.has(chosen)) return chosen as string | undefined;
    const mistake = "subprotocols returned what the client did not offer";
    this.#errors.report(new TypeError(`Cannot agree on a subprotocol: ${mistake}`));
    return undefined;
  }

  /** The response to a request outside the prefix. The caller deals with what is thrown. */
  fallBack(request: Request, info: unknown): HandlerResult | PromiseLike<HandlerResult> {
    const { fallback } = this.#settings;
    if (fallback === undefined) return notFound();
    const result = fallback(request, info);
    return isThenable(result) ? Promise.resolve(result).then(checkFallback) : checkFallback(result);
  }

  /** Whether the option `origins` allows a request. */
  allows(request: Request): boolean {
    const check = this.#originCheck;
    if (check === undefined) return true;
    // Browsers of 2011, with draft 8 of the websocket protocol, send the second.
    const origin = request.headers.get("Origin") ?? request.headers.get("Sec-WebSocket-Origin");
    // For requests without an origin, browsers report whether a page of another site made them.
    if (origin === null) return request.headers.get("Sec-Fetch-Site") !== "cross-site";
    const allowed: unknown = this.#errors.callSafely(() => check(origin, request));
    if (allowed !== undefined && typeof allowed !== "boolean") {
      this.#errors.report(new TypeError("Cannot check an origin: origins must return a boolean"));
    }
    return allowed === true;
  }
}

/** The valid names that a client offers, in its order and without duplicates. */
function subprotocolsOf(field: string | null): Set<string> {
  const parts = field === null ? [] : field.split(",");
  return new Set(parts.map((part) => part.trim()).filter(isSubprotocol));
}

const switchingProtocols = 101;

function checkFallback(result: unknown): HandlerResult {
  // As usual on Bun after an upgrade.
  if (result === undefined || result === null) return notFound();
  if (isResponse(result)) {
    // Deno's response to an upgrade has a status that no other may have. Only the status is
    // checked: reading the headers takes Deno longer than the rest of a response.
    if (result.status !== switchingProtocols) checkStatus(result.status);
    return result;
  }
  throw new TypeError(`Cannot respond: fallback must return a Response, got ${typeof result}`);
}

/** `undefined` if all origins are allowed. */
function originCheck(origins: Settings["origins"]): OriginCheck | undefined {
  if (origins === "*") return undefined;
  if (typeof origins === "function") return origins;
  if (!(origins instanceof RegExp)) return (origin) => origins.includes(origin);
  // For whole origins only, and without `lastIndex`.
  const { source, flags } = origins;
  const pattern = new RegExp(`^(?:${source})$`, flags.replace(/[gmy]/g, ""));
  return (origin) => pattern.test(origin);
}
