/**
 * Expectations of requests: what a handler can see of them, and for how long.
 *
 * @module
 */

import { onBoth, type Row } from "./expectation.ts";

const router = "src/routing/router.ts";

/** Rows by the probe's name. */
export const requests: Readonly<Record<string, Row>> = {
  defaultExports: {
    place: "src/server/server.ts",
    deno: {
      says: "deno serve takes a default export only if fetch is its own property",
      sees: { property: true, method: false, getter: false },
    },
  },
  urlsByPath: {
    place: router,
    deno: {
      says: "the path in request.url is that of the request line",
      sees: {
        "/a/./b": "http://localhost/a/./b",
        "/a/../b": "http://localhost/a/../b",
        "/%2e/b": "http://localhost/%2e/b",
        "/a%2fb": "http://localhost/a%2fb",
        "/a\\b": "http://localhost/a\\b",
        "//a//b": "http://localhost//a//b",
        "/\xc3\xa9": "http://localhost/\xc3\xa9",
      },
    },
    bun: {
      says: "the path in request.url is normalised as URL does it",
      sees: {
        "/a/./b": "http://localhost/a/b",
        "/a/../b": "http://localhost/b",
        "/%2e/b": "http://localhost/b",
        "/a%2fb": "http://localhost/a%2fb",
        "/a\\b": "http://localhost/a/b",
        "//a//b": "http://localhost//a//b",
        "/\xc3\xa9": "http://localhost/%C3%A9",
      },
    },
  },
  urlsByHost: {
    place: "src/runtimes/deno.ts",
    deno: {
      says: "request.url has whatever Host says, and localhost where it says nothing",
      sees: {
        absentInHttp10: "http://localhost:port/a",
        absent: "http://localhost:port/a",
        empty: "http://localhost:port/a",
        invalid: "http://a b/a",
        withAPath: "http://x/b?/a",
        withUserinfo: "http://a@b/a",
        withAnEscape: "http://x%2f/a",
      },
    },
    bun: {
      says: "request.url is a bare path where Host is no host",
      sees: {
        absentInHttp10: "/a",
        absent: 400,
        empty: "/a",
        invalid: "/a",
        withAPath: "/a",
        withUserinfo: "/a",
        withAnEscape: "http://x%2f/a",
      },
    },
  },
  headersAfterTheAnswer: {
    place: "src/session/client_info.ts",
    deno: {
      says: "headers taken from a request in time can be read after its answer, others throw",
      sees: { takenBefore: "value", takenAfter: { throws: "TypeError" } },
    },
    bun: {
      says: "headers taken from a request in time can be read after its answer, others are empty",
      sees: { takenBefore: "value", takenAfter: null },
    },
  },
  addressAfterTheAnswer: {
    place: "src/runtimes/deno.ts",
    deno: {
      says: "remoteAddr throws after the answer",
      sees: { throws: "TypeError" },
    },
  },
  announcedLengths: onBoth(
    "src/http/body.ts",
    "a body never has more than its Content-Length, and one that is no length is refused",
    {
      tooShort: '["2","ab"]',
      negative: 400,
      noNumber: 400,
      empty: 400,
      two: 400,
      twice: '["4, 4","abcd"]',
      chunked: '[null,"abcd"]',
      chunkedToo: 400,
    },
  ),
  brokenBodies: onBoth(
    "src/transports/routes/upstream.ts",
    "reading a body that breaks off rejects",
    {
      cutShort: "rejected",
      cutInAChunk: "rejected",
      brokenChunk: "rejected",
    },
  ),
};
