/**
 * The server program of the conformance suite: the services of the example's test server, and
 * services for these tests alone.
 *
 * @module
 */

import { readArguments, serve } from "../../examples/test_server/serve.ts";
import { createServices, echo, type Options } from "../../examples/test_server/services.ts";
import type { Connection } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { setClock, standStill } from "./clock.ts";
import { creation } from "./creation.ts";
import { authorizeAsAsked, echoWithContext, everything } from "../support/access.ts";
import { goWrong, obey } from "../support/server_command.ts";
import { obeyTopics } from "../support/topic_commands.ts";
import {
  flood,
  pauseOnCommand,
  reportCongestion,
  writeForEver,
  writeWheneverWelcome,
} from "./congestion.ts";
import { echoThroughStreams, failures, oddities, pipeByUrl } from "./piping.ts";
import { receivingTransports } from "../support/receiving_transports.ts";
import { countMessages, pathOf, waysToRead } from "./reading.ts";
import { echoUntilClose, extremes } from "./extremes.ts";
import { behindProxies, tellAddress } from "../support/proxied.ts";
import { Recorder } from "../support/recorder.ts";
import { chooseByQuery, reportSubprotocol } from "./subprotocols.ts";

const recorder = new Recorder();
const services = createServices((options) => {
  const server = creation.createServer(options);
  // First of all listeners, so that nothing a service does is missed.
  recorder.watch(String(options.prefix), server);
  return server;
});

// Where a service is.
services.add({ prefix: "/a/b/echo" }, echo);
services.add({ prefix: "/slash/" }, echo);
services.add({ prefix: "/dot.ted" }, echo);
services.add({ prefix: "/(first|second)" }, echo);
services.add({ prefix: /^\/numbered-[0-9]+/ }, echo);
services.add({ prefix: /^\/patterned\/$/ }, echo);

// What a service offers.
services.add({ prefix: "/websocket_only", transports: ["websocket"] }, echo);
services.add({ prefix: "/jsonp_only", transports: ["jsonp-polling"] }, echo);
services.add(
  { prefix: "/without_polling", disabledTransports: ["xhr-polling"] },
  echo,
);
for (const { protocol } of receivingTransports) {
  services.add({ prefix: `/only_${protocol}`, transports: [protocol] }, echo);
}
services.add({ prefix: "/without_cors", disableCors: true }, echo);
services.add(
  { prefix: "/client_elsewhere", sockjsUrl: `/sockjs.js?a=1&b="<c>"&d='e'` },
  echo,
);
services.add(
  {
    prefix: "/with_client",
    serveClient: client,
    sockjsIntegrity: true,
    contentSecurityPolicy: true,
  },
  echo,
);
services.add({ prefix: "/(one|other)_client", serveClient: client }, echo);
services.add(
  { prefix: "/base_url", baseUrl: "http://example.com/sockjs" },
  echo,
);
services.add(
  { prefix: "/base_url_function", baseUrl: () => "http://example.com/asked" },
  echo,
);
services.add({
  prefix: "/cookie_function",
  jsessionid: (request) =>
    request.headers.has("x-no-cookie")
      ? undefined
      : "JSESSIONID=of-the-function; path=/here; HttpOnly",
}, echo);

// How long a service waits.
services.add({ prefix: "/heartbeat", heartbeatDelay: 100 }, echo);
services.add({ prefix: "/fleeting_heartbeat", heartbeatDelay: 100, disconnectDelay: 400 }, echo);
services.add({ prefix: "/fleeting", disconnectDelay: 400 }, echo);
services.add({
  prefix: "/impatient",
  heartbeatDelay: 1000,
  heartbeatTimeout: 1000,
  disconnectDelay: 1000,
}, echo);
services.add({ prefix: "/fleeting_close", disconnectDelay: 400 }, (it) => {
  it.close(3000, "Go away!");
});
services.add({ prefix: "/fleeting_command", disconnectDelay: 400 }, obey);

// What a service allows, and to whom.
const delays = { heartbeatDelay: 100, heartbeatTimeout: 2000, disconnectDelay: 400 };
const good = "http://good.example";
services.add({ prefix: "/small_messages", maxMessageSize: 100 }, echo);
services.add({ prefix: "/two_sessions", maxSessions: 2, disconnectDelay: 400 }, echo);
services.add({
  prefix: "/all_together",
  maxTotalBufferedBytes: 2_000_000,
  disconnectDelay: 20_000,
}, obey);
// For facts that take their time, on a busy machine even more.
services.add({ prefix: "/patient", disconnectDelay: 60_000 }, echo);
services.add({ prefix: "/eager" }, writeWheneverWelcome);
services.add({ prefix: "/low_water", highWaterMark: 1000 }, reportCongestion);
services.add({
  prefix: "/never_read",
  maxBufferedBytes: 1024 * 1024,
  responseLimit: 2 ** 40,
  disconnectDelay: 20_000,
}, writeForEver());
// Who takes something before the first look has the delay twice.
services.add({ prefix: "/flood", responseLimit: 2 ** 40, disconnectDelay: 2000 }, flood());
services.add({ prefix: "/one_origin", origins: [good] }, echo);
services.add({ prefix: "/all_of_one_origin", origins: [good], transports: [...everything] }, echo);
services.add({ prefix: "/origins_by_pattern", origins: /http:\/\/(good|better)\.example/g }, echo);
services.add({ prefix: "/origins_by_function", origins: (origin) => origin === good }, echo);
services.add({ prefix: "/authorized", authorize: authorizeAsAsked }, echoWithContext);
services.add({ prefix: "/no_subprotocol" }, reportSubprotocol);
services.add({
  prefix: "/subprotocols",
  subprotocols: ["v12.stomp", "v11.stomp"],
}, reportSubprotocol);
services.add({
  prefix: "/chosen_subprotocol",
  authorize: authorizeAsAsked,
  subprotocols: chooseByQuery,
}, reportSubprotocol);
services.add({ prefix: "/pinged", ...delays }, echo);
services.add({ prefix: "/pinged_only", ...delays, heartbeatFrames: false }, echo);
services.add({ prefix: "/crowded", ...delays, maxSessions: 1000 }, echo);
services.add({ prefix: "/pausing", ...delays, disconnectDelay: 2000 }, pauseOnCommand());

// How an application takes messages.
for (const way of waysToRead) {
  const note = (connection: Connection, text: string) => recorder.note(connection, text);
  services.add({ prefix: pathOf(way), disconnectDelay: 3000 }, countMessages(way, note));
}

for (const { prefix, options } of extremes) {
  services.add({ ...options, prefix }, echoUntilClose);
}

services.add({ prefix: "/web_streams", disconnectDelay: 400 }, echoThroughStreams);
services.add({ prefix: "/failing_pipes" }, pipeByUrl(failures));
services.add({ prefix: "/odd_pipes" }, pipeByUrl(oddities));

// What an application does.
services.add({ prefix: "/command" }, obey);
services.add({ prefix: "/limited_command", responseLimit: 4096 }, obey);
services.add({
  prefix: "/brief",
  responseTimeLimit: 300,
  heartbeatDelay: 100,
  // Its clients come back by themselves, on machines that are busy, too.
  disconnectDelay: 2000,
}, echo);
services.add({
  prefix: "/long_answers",
  heartbeatDelay: 500,
  heartbeatTimeout: 500,
  disconnectDelay: 1000,
  responseTimeLimit: 2000,
  maxBufferedBytes: 2 ** 26,
}, (it) => {
  it.on("data", (message) => {
    if (message === "close") it.close(3000, "Go away!");
    else it.write("x".repeat(Number(message)));
  });
});
/** A service whose clients say what it does with topics. */
function addTopics(options: Options): void {
  services.add(options, (connection) => onConnection(connection));
  const onConnection = obeyTopics(services.servers.at(-1)!);
}
addTopics({
  prefix: "/topics",
  maxMessageSize: 16 * 1024 * 1024,
  responseLimit: 2 ** 40,
  disconnectDelay: 60_000,
});
addTopics({ prefix: "/topics_fleeting", disconnectDelay: 2000 });
addTopics({
  prefix: "/topics_low",
  maxSubscriptions: 3,
  maxTopicLength: 40,
  maxBufferedBytes: 1024 * 1024,
  responseLimit: 2 ** 40,
  disconnectDelay: 20_000,
});
services.add({ prefix: "/subscribes", maxSubscriptions: 3 }, (it) => {
  it.on("data", (topic) => {
    it.subscribe(topic);
    it.write(topic);
  });
});
services.add({ prefix: "/topic_parts" }, (it) => {
  it.on("data", (message) => {
    if (message.startsWith("subscribe ")) it.subscribe(message.slice(10, 26));
    else it.write(`${it.subscriptions.length}`);
  });
});
services.add({ prefix: "/goes_wrong" }, goWrong);
services.add({ prefix: "/plenty" }, (it) => {
  it.on("data", (count) => {
    for (let at = 0; at < Number(count); at++) it.write(`${at} ${"\u20ac".repeat(340_000)}`);
  });
});
services.add({ prefix: "/welcome" }, (it) => {
  it.write("welcome");
});
services.add({ prefix: "/throws_on_connection" }, () => {
  throw new Error("thrown on connection");
});

for (const [prefix, options] of Object.entries(behindProxies)) {
  services.add({ ...options, prefix }, tellAddress);
}

recorder.watchErrors("/command");
recorder.watchErrors("/authorized");
recorder.watchErrors("/chosen_subprotocol");
recorder.watchErrors("/throws_on_connection");
recorder.watchErrors("/goes_wrong");
recorder.watchErrors("/subscribes");
recorder.watchErrors("/web_streams");
recorder.watchErrors("/failing_pipes");
recorder.watchErrors("/odd_pipes");

services.other = (request) => {
  // A hostile Host makes URLs that cannot be parsed.
  if (request.url.includes("/recorded/")) return recorder.respond(new URL(request.url));
  if (request.url.includes("/clock/")) return new Response(setClock(request.url));
  if (request.url.includes("/busy/")) return new Response(standStill(request.url));
  return new Response(null, { status: 404 });
};
console.log(await serve(readArguments(0), services));
