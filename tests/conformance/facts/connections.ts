/** Section 1: keep-alive and pipelining of HTTP/1.0 and HTTP/1.1 connections. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

fact("1", "one connection serves responses of every kind", async (server) => {
  const connection = await server.connect();
  const base = `/echo/000/${server.newId()}`;
  const post = (path: string, body = "") =>
    connection.exchange({ method: "POST", path: `${base}${path}`, body });
  const statuses: number[] = [];
  for (
    const ask of [
      () => connection.exchange({ path: "/echo" }),
      () => connection.exchange({ path: "/echo/nothing" }),
      () => connection.exchange({ path: "/echo/info" }),
      () => connection.exchange({ method: "OPTIONS", path: "/echo/info" }),
      () => post("/xhr_send", `["early"]`),
      () => post("/xhr"),
      () => post("/xhr_send", `["x"]`),
      () => post("/xhr_send", "broken"),
      () => post("/xhr"),
      () => connection.exchange({ path: "/echo/iframe.html" }),
      () => connection.exchange({ path: `${base}/htmlfile` }),
      () => connection.exchange({ path: `${base}/jsonp?c=(` }),
      () => post("/jsonp_send", `["y"]`),
      () => connection.exchange({ path: `${base}/jsonp?c=x` }),
      () => post("/jsonp_send", ""),
      () => post("/eventsource"),
      () => post("/websocket", "x"),
      () => connection.exchange({ path: "/echo/websocket" }),
      () => connection.exchange({ path: "/echo" }),
    ]
  ) {
    statuses.push((await ask()).status);
  }
  assertEquals(
    statuses,
    [
      ...[200, 404, 200, 204, 404, 200, 204, 500, 200],
      ...[200, 500, 500, 200, 200, 500, 405],
      ...[405, 400, 200],
    ],
  );
});

fact("1", "a response declares where its body ends", async (server) => {
  const session = server.xhr("/echo");
  const responses = [
    await server.get("/echo"),
    await server.get("/echo/info"),
    await server.post(`${session.base}/xhr`),
    await server.post(`${session.base}/xhr_send`),
    await server.get("/echo/iframe.html"),
    await server.get("/echo/nothing"),
    await server.get(`${server.xhr("/echo").base}/jsonp?c=x`),
    await server.get(`${session.base}/jsonp`),
    await server.get(`${session.base}/htmlfile`),
    await server.post(`${session.base}/jsonp_send`),
    await server.post(`${session.base}/jsonp_send`, "[]"),
  ];
  for (const { header, chunks } of responses) {
    assertEquals(header("content-length") === undefined, chunks !== undefined);
  }
});

fact("1", "a poll that waited leaves its connection open", async (server) => {
  const session = await server.xhr("/echo").open();
  const connection = await server.connect();
  await connection.send({ method: "POST", path: `${session.base}/xhr` });
  await server.roundTrip();
  await session.send("x");
  assertEquals((await connection.response("POST")).body, `a["x"]\n`);
  assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
});

for (const keepAlive of [false, true]) {
  const headers: Record<string, string> = keepAlive ? { Connection: "keep-alive" } : {};
  fact(
    "1",
    `HTTP/1.0 is served${keepAlive ? ", asked to keep the connection too" : ""}`,
    async (server) => {
      const connection = await server.connect();
      const path = `/echo/000/${server.newId()}/xhr`;
      const request = { method: "POST", path, version: "1.0", headers } as const;
      const response = await connection.exchange(request);
      assertEquals([response.status, response.body], [200, "o\n"]);
      // A client of that version would take the chunk sizes for text.
      assertEquals(response.chunks, undefined);
      if (response.head.members("connection").includes("keep-alive")) {
        const { status } = await connection.exchange({
          ...request,
          path: "/echo",
          method: "GET",
        });
        assertEquals(status, 200);
      } else {
        assertEquals(await connection.reader.line(), undefined);
      }
    },
  );
}
