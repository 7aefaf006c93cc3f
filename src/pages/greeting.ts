/**
 * The greeting, which is the page at the base URL (protocol, section 2).
 *
 * @module
 */

import { PlainResponse } from "../http/plain_response.ts";
import { contentTypes } from "../http/headers.ts";
import { route } from "../routing/route.ts";

const text = "Welcome to SockJS!\n";

function greet(): PlainResponse {
  return new PlainResponse(200, { "Content-Type": contentTypes.text }, text);
}

/** Shows that the service is there. */
export const greeting = { ...route({ GET: greet, HEAD: greet }), isPublic: true };
