/**
 * Calls the functions among the options, which may throw or return anything. (`log` is called by
 * `error_reporter.ts`, and `authorize` by `routing/authorization.ts`.)
 *
 * @module
 */

import type { Authorization } from "../routing/authorization.ts";
import type { ErrorReporter } from "./error_reporter.ts";
import { checkStatus, isResponse } from "../http/plain_response.ts";
import { isFieldValue, stickyCookie } from "../http/cookies.ts";
import { notFound } from "../http/errors.ts";
import { isBaseUrl, isSubprotocol } from "../options/checks.ts";
import type { OriginCheck } from "../options/server_options.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { Settings } from "../options/settings.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** Returns what the options say about a request, by calling those that are functions. */
export class OptionCallbacks {
  /** The option `authorize`. The caller handles what it throws. */
  readonly authorization: Authorization | undefined;
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
  }

  /** Whether an option's function gets requests, and so may keep them. */
  get showsRequests(): boolean {
    const { authorize, origins, jsessionid } = this.#settings;
    return [authorize, origins, jsessionid].some((option) => typeof option === "function");
  }

  /** The `Set-Cookie` value for the request, if any. */
  cookie(request: Request): string | undefined {
    const { jsessionid } = this.#settings;
    if (jsessionid === false) return undefined;
    if (jsessionid === true) return stickyCookie(request.headers.get("Cookie"));
    const cookie = this.#errors.callSafely(() => jsessionid(request));
    if (cookie === undefined || isFieldValue(cookie)) return cookie;
    this.#errors.report(new TypeError("Cannot set the cookie: jsessionid gave no header value"));
    return undefined;
  }

  /** The base URL that clients are sent to, if any. */
  baseUrl(): string | undefined {
    const { baseUrl } = this.#settings;
    if (typeof baseUrl !== "function") return baseUrl;
    const url = this.#errors.callSafely(baseUrl);
    if (url === undefined || isBaseUrl(url)) return url;
    this.#errors.report(new TypeError("Cannot tell base_url: baseUrl gave no absolute URL"));
    return undefined;
  }

  /** The subprotocol of a handshake, if any. The caller handles what the function throws. */
  subprotocol(request: Request): string | undefined | Promise<string | undefined> {
    const { subprotocols } = this.#settings;
    if (subprotocols === undefined) return undefined;
    const offered = subprotocolsOf(request.headers.get("Sec-WebSocket-Protocol"));
    if (typeof subprotocols !== "function") return subprotocols.find((name) => offered.has(name));
    if (offered.size === 0) return undefined;
    const judge = (chosen: unknown) => this.#offered(chosen, offered);
    // The function gets a copy, which it may change.
    const chosen = subprotocols([...offered], request);
    return isThenable(chosen) ? Promise.resolve(chosen).then(judge) : judge(chosen);
  }

  #offered(chosen: unknown, offered: ReadonlySet<unknown>): string | undefined {
    if (chosen === undefined || offered.has(chosen)) return chosen as string | undefined;
    const mistake = "subprotocols gave what the client has not offered";
    this.#errors.report(new TypeError(`Cannot agree on a subprotocol: ${mistake}`));
    return undefined;
  }

  /** The response to a request outside the prefix. The caller handles what the function throws. */
  fallBack(request: Request, info: unknown): HandlerResult | PromiseLike<HandlerResult> {
    const { fallback } = this.#settings;
    if (fallback === undefined) return notFound();
    const answer = fallback(request, info);
    return isThenable(answer) ? Promise.resolve(answer).then(fallenBack) : fallenBack(answer);
  }

  /** Whether the option `origins` allows a request. */
  allows(request: Request): boolean {
    const check = this.#originCheck;
    if (check === undefined) return true;
    const origin = request.headers.get("Origin");
    // For a request without an Origin, browsers say whether it comes from another site's page.
    if (origin === null) return request.headers.get("Sec-Fetch-Site") !== "cross-site";
    const allowed: unknown = this.#errors.callSafely(() => check(origin, request));
    if (allowed !== undefined && typeof allowed !== "boolean") {
      this.#errors.report(new TypeError("Cannot judge an origin: origins gave no boolean"));
    }
    return allowed === true;
  }
}

/** The names on offer, each once, in the client's order. What is not a valid name is ignored. */
function subprotocolsOf(field: string | null): Set<string> {
  const parts = field === null ? [] : field.split(",");
  return new Set(parts.map((part) => part.trim()).filter(isSubprotocol));
}

const switchingProtocols = 101;

function fallenBack(answer: unknown): HandlerResult {
  // Bun's own idiom: nothing, after an upgrade.
  if (answer === undefined || answer === null) return notFound();
  if (isResponse(answer)) {
    // Deno's response to an upgrade has a status that no other response may have. The headers are
    // not checked: on Deno, reading them takes longer than all the rest.
    if (answer.status !== switchingProtocols) checkStatus(answer.status);
    return answer;
  }
  throw new TypeError(`Cannot respond: fallback must give a Response, got ${typeof answer}`);
}

/** The check for an origin; `undefined` if all are allowed. */
function originCheck(origins: Settings["origins"]): OriginCheck | undefined {
  if (origins === "*") return undefined;
  if (typeof origins === "function") return origins;
  if (!(origins instanceof RegExp)) return (origin) => origins.includes(origin);
  // It must match the whole origin, and must not depend on the last match.
  const { source, flags } = origins;
  const pattern = new RegExp(`^(?:${source})$`, flags.replace(/[gmy]/g, ""));
  return (origin) => pattern.test(origin);
}
