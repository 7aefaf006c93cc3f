/** Listens to the signal of a request that gets a normal response. */

import process from "node:process";
import { turn } from "../here.ts";
import { exchange } from "../http_client.ts";
import { serve } from "../serve.ts";

let abortedAfterSuccess = false;
const port = serve((request) => {
  if (request.url.endsWith("/first")) {
    request.signal.addEventListener("abort", () => {
      abortedAfterSuccess = true;
    });
  }
  return new Response("all of it");
});
await exchange(port, { path: "/first" });
// By the time of a second answer, the first is over and done with.
await exchange(port, { path: "/second" });
await turn();
console.log(JSON.stringify({ abortedAfterSuccess }));
process.exit(0);
