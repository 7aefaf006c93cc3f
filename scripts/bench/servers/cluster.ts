/**
 * The service of `--cluster`, on the current runtime. Its second argument is the address of a bus;
 * without one there is no cluster. With the third, `shared`, processes share their sessions.
 *
 * @module
 */

import process from "node:process";
import { createServer, type ServerOptions } from "../../../mod.ts";
import { type Listening, serveFetch, servesFetch } from "../../../examples/serve.ts";
import { openBus } from "./open_bus.ts";
import { announce } from "./start.ts";

/** The sessions of the load generator, which divide the topics among them. */
const sessions = 10;

const [, address, sharing] = process.argv.slice(2);
const bus = address === undefined ? undefined : await openBus(address);

function options(name: string): ServerOptions {
  return {
    prefix: `/${name}`,
    maxSubscriptions: 100_000,
    ...(bus && { cluster: { bus, name, sessions: sharing === "shared" } }),
  };
}

const fan = createServer(options("broadcast"));
fan.on("connection", (connection) => {
  connection.subscribe("all");
  connection.on("data", (message) => fan.publish("all", message));
});

const echo = createServer({ ...options("echo"), fallback: fan.handler });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const all = [echo, fan];
for (const count of [10, 1000, 100_000]) {
  const topics = createServer({ ...options(`topics-${count}`), fallback: all[0]!.handler });
  topics.on("connection", (connection) => {
    const names = Array.from({ length: count / sessions }, (_, at) => `${connection.id} ${at}`);
    for (const name of names) connection.subscribe(name);
    // Confirmed after all of these: no work for them is left in the other processes.
    let confirmed = bus?.subscribe(`after ${connection.id}`, () => {}).then(() => {
      confirmed = undefined;
    });
    let next = 0;
    const publish = (message: string) => topics.publish(names[next++ % names.length]!, message);
    connection.on("data", (message) => {
      if (confirmed === undefined) publish(message);
      else return confirmed.then(() => publish(message));
    });
  });
  all.unshift(topics);
}

async function serveNode(): Promise<Listening> {
  const { serveNode } = await import("../../../examples/serve_node.ts");
  return await serveNode(0, all);
}

const { port } = servesFetch
  ? await serveFetch(0, all[0]!.handler, all[0]!.websocket)
  : await serveNode();
// It answers when the process is linked with all others.
await bus?.find("linked");
announce(port);
