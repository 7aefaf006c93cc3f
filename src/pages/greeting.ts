/**
 * The page under the base URL (protocol, section 2).
 *
 * @module
 */

import { contentTypes } from "../http/headers.ts";
import { route } from "../route.ts";

const text = "Welcome to SockJS!\n";
const headers = { "Content-Type": contentTypes.text };

/** Says that the service is here. */
export const greeting = route({
  GET: () => new Response(text, { headers }),
  // Content-Length is text's, all of it ASCII.
  HEAD: () =>
    new Response(null, {
      headers: { ...headers, "Content-Length": `${text.length}` },
    }),
});
