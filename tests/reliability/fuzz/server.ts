/**
 * The server program under fuzz. Its delays and limits are so small that all of them are reached.
 *
 * @module
 */

import { readArguments, serve } from "../../../examples/test_server/serve.ts";
import { echo, Services } from "../../../examples/test_server/services.ts";
import { createServer } from "../../../mod.ts";
import { authorizeAsAsked, echoWithContext, everything } from "../../support/access.ts";
import { Recorder } from "../../support/recorder.ts";
import { prefixes } from "./services.ts";

const recorder = new Recorder();
const services = new Services((options) => {
  const server = createServer(options);
  recorder.watch(String(options.prefix), server);
  return server;
});
const short = { heartbeatDelay: 100, heartbeatTimeout: 2000, disconnectDelay: 300 };

// What must be able to go on, however slow the machine is.
services.add(
  { prefix: prefixes.echo, ...short, heartbeatTimeout: 60_000, disconnectDelay: 3000 },
  echo,
);
services.add({ prefix: prefixes.brief, ...short, responseLimit: 200, jsessionid: true }, echo);
services.add({ prefix: prefixes.narrow, ...short, maxMessageSize: 100 }, echo);
services.add({ prefix: prefixes.few, ...short, maxSessions: 4 }, echo);
services.add({
  prefix: prefixes.ofOneOrigin,
  ...short,
  origins: ["http://good.example"],
  transports: [...everything],
}, echo);
services.add({ prefix: prefixes.judged, ...short, authorize: authorizeAsAsked }, echoWithContext);
services.add({ prefix: "/(one|other)%20pattern", ...short, disableCors: true }, echo);
services.add({ prefix: prefixes.closing, ...short }, (connection) => {
  connection.close(3000, "Go away!");
});
services.add({ prefix: prefixes.throwing, ...short }, (connection) => {
  connection.on("data", (message) => {
    if (message.includes("a")) throw new Error("thrown on data");
    connection.write(message);
  });
});
services.add({ prefix: "/fleeting", ...short }, echo);

// Their errors would be printed otherwise.
recorder.watchErrors(prefixes.judged);
recorder.watchErrors(prefixes.throwing);

services.other = (request) => {
  // A hostile Host makes URLs that cannot be parsed.
  return request.url.includes("/recorded/") && URL.canParse(request.url)
    ? recorder.respond(new URL(request.url))
    : new Response(null, { status: 404 });
};
console.log(await serve(readArguments(0), services));
