/**
 * Decides as sockjs-node does which requests are for a service.
 *
 * @module
 */

import { show } from "../../options/checks.ts";
import { aPrefix } from "../../options/prefix.ts";
import type { ErrorReporter } from "../../server/error_reporter.ts";
import type { SockJSServer } from "../sockjs_server.ts";

/** A prefix that is the same text as a path and as a regular expression. */
const plain = /^(?:\/[\w~!@&,;:='-]+)*$/;

/** What may follow a prefix: nothing, a page, or an endpoint of a session. It has no `$`. */
const rest = "(?:/(?:[^/]+|[^/.]+/[^/.]+/[^/]+))?/?(?![^])";

/**
 * The prefix for the core's server. A pattern has to end where the rest of the path is one that the
 * core knows.
 *
 * @throws {TypeError} If the prefix is not a valid regular expression.
 */
export function corePrefix(prefix: string, errors: ErrorReporter): string | RegExp {
  if (prefix.endsWith("/")) {
    errors.log("error", `No client reaches the prefix ${show(prefix)}: it ends with a slash`);
  }
  if (plain.test(prefix)) return prefix;
  if (!aPrefix.test(prefix)) {
    errors.log("error", `The prefix ${show(prefix)} matches no path: paths begin with a slash`);
  }
  pathPattern(prefix);
  return new RegExp(`(?:${prefix})(?=${rest})`);
}

/** Whether path and query are for the service. */
type PathMatcher = (target: string) => boolean;

function pathMatcher(prefix: string): PathMatcher {
  if (!plain.test(prefix)) {
    const pattern = pathPattern(prefix);
    return (target) => pattern.test(target);
  }
  const { length } = prefix;
  return (target) =>
    target.startsWith(prefix) && (target.length === length || target[length] === "/");
}

/** sockjs-node puts the prefix into this pattern as it is. */
function pathPattern(prefix: string): RegExp {
  try {
    new RegExp(prefix);
    return new RegExp(`^${prefix}([/].+|[/]?)$`);
  } catch (cause) {
    const mistake = `the prefix ${prefix} is not a valid regular expression`;
    throw new TypeError(`Cannot create a server: ${mistake}`, { cause });
  }
}

/** A server of the core that gets only the requests that sockjs-node would take. */
export class ServicePaths implements SockJSServer {
  readonly #server: SockJSServer;
  readonly #isOurs: PathMatcher;
  readonly #createOther: () => SockJSServer;
  #other: SockJSServer | undefined;

  /**
   * @param prefix the option's own text.
   * @param createOther makes a server for the other requests, which it gets where nothing else
   * listens.
   */
  constructor(server: SockJSServer, prefix: string, createOther: () => SockJSServer) {
    this.#server = server;
    this.#isOurs = pathMatcher(prefix);
    this.#createOther = createOther;
  }

  matches(target: string): boolean {
    return this.#isOurs(target);
  }

  upgrades(target: string): boolean {
    return this.#isOurs(target) && this.#server.upgrades(target);
  }

  handle(request: Request, info?: unknown): Response | Promise<Response> {
    const { url } = request;
    const target = url[0] === "/" ? url : url.slice(url.indexOf("/", url.indexOf("://") + 3));
    if (this.#isOurs(target)) return this.#server.handle(request, info);
    return (this.#other ??= this.#createOther()).handle(request, info);
  }

  warnOnce(message: string): void {
    this.#server.warnOnce(message);
  }
}

/** A prefix that no path has. */
export const noPath = /(?!)/;
