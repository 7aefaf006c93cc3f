import { assertEquals } from "@std/assert";
import { fakeTime, pass } from "../../../support/fake_time.ts";
import { connect, PollingClient, serve } from "../../../support/polling_client.ts";

/** Connects, and records what the application receives. */
async function open() {
  const { server, log } = serve();
  const { client, connection } = await connect(server);
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  return { server, log, client, connection, received };
}

Deno.test("a send is a 204 without a body, of whatever content type", async () => {
  using _time = fakeTime();
  const { client, received } = await open();
  const types = ["text/plain", "application/json; charset=UTF-8", "text/xml", "T", ""];
  for (const type of types) {
    const response = await client.post('["x"]', { "Content-Type": type });
    assertEquals([response.status, response.body], [204, null]);
  }
  assertEquals(received.length, types.length);
});

Deno.test("a bad send is a 500 that says why, and the session goes on", async () => {
  using _time = fakeTime();
  const { client, received } = await open();
  const bad: Record<string, string> = {
    "": "Payload expected.",
    '"x"': "Payload expected.",
    "[1]": "Payload expected.",
    '["a",null]': "Payload expected.",
    "[": "Broken JSON encoding.",
    "x": "Broken JSON encoding.",
  };
  for (const [body, text] of Object.entries(bad)) {
    const response = await client.post(body);
    assertEquals([response.status, await response.text()], [500, text]);
  }
  assertEquals(await client.send("still here"), 204);
  assertEquals(received, ["still here"]);
});

Deno.test("a send to an unknown session is a 404, and its body is not read", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const request = new Request("http://host/echo/server/nobody/xhr_send", {
    method: "POST",
    body: '["x"]',
  });
  assertEquals((await server.handle(request)).status, 404);
  assertEquals(request.bodyUsed, false);
});

Deno.test("a send over a megabyte is a 413 and delivers nothing", async () => {
  using _time = fakeTime();
  const { client, received } = await open();
  assertEquals(await client.send("x".repeat(1024 * 1024)), 413);
  assertEquals(await client.send("x".repeat(1024 * 1024 - 4)), 204);
  assertEquals(received.length, 1);
});

Deno.test("a send whose body breaks off is an error, and the session goes on", async () => {
  using _time = fakeTime();
  const { client, received, log } = await open();
  const body = new ReadableStream({
    pull: (controller) => controller.error(new Error("connection reset")),
  });
  assertEquals((await client.post(body)).status, 400);
  assertEquals(await client.send("still here"), 204);
  assertEquals([received, log], [["still here"], []]);
});

Deno.test("a send that arrives in full only after its session has gone is a 404", async () => {
  using time = fakeTime();
  const { client, received } = await open();
  let finish = () => {};
  let cancelled = 0;
  const body = () =>
    new ReadableStream({
      start(controller) {
        finish = () => {
          controller.enqueue(new TextEncoder().encode('["x"]'));
          controller.close();
        };
      },
      cancel: () => void cancelled++,
    });
  // A short one is read to its end, a long one is given up with its session.
  const short = client.post(body(), { "Content-Length": "5" });
  const finishShort = finish;
  const long = client.post(body());
  await pass(time, 5000);
  // Under the same id, but not what the client meant.
  assertEquals(await client.poll(), "o");
  assertEquals([(await long).status, cancelled], [404, 1]);
  finishShort();
  assertEquals((await short).status, 404);
  assertEquals(received, []);
});

Deno.test("errors of a send have its headers too", async () => {
  const { server } = serve({ jsessionid: true });
  const response = await new PollingClient(server).post("[]", { Origin: "http://page" });
  assertEquals(response.status, 404);
  assertEquals(response.headers.get("Access-Control-Allow-Origin"), "http://page");
  assertEquals(response.headers.get("Set-Cookie"), "JSESSIONID=dummy; path=/");
  assertEquals(response.headers.get("Cache-Control")?.includes("no-store"), true);
});

Deno.test("jsonp sends carry the payload in a field or plain, and are answered with ok", async () => {
  using _time = fakeTime();
  const { server, received } = await open();
  const send = async (body: string, type: string) => {
    const url = "http://host/echo/server/session/jsonp_send";
    const headers = { "Content-Type": type };
    const response = await server.handle(new Request(url, { method: "POST", body, headers }));
    return [response.status, await response.text()];
  };
  const form = "application/x-www-form-urlencoded";
  assertEquals(await send("d=%5B%22a%2Bb+c%22%5D", form), [200, "ok"]);
  assertEquals(await send('d=["\u00e9"]&d=[]', `${form}; charset=UTF-8`), [200, "ok"]);
  assertEquals(await send('id=["no"]&d=["second"]&d=["no"]&x', form), [200, "ok"]);
  assertEquals(await send('["plain"]', "text/plain"), [200, "ok"]);
  for (const none of ["x=1", "xd=[]", "d", "x&d", "&"]) {
    assertEquals(await send(none, form), [500, "Payload expected."], none);
  }
  assertEquals(await send("d=", form), [500, "Payload expected."]);
  assertEquals(await send("d=x", form), [500, "Broken JSON encoding."]);
  assertEquals(await send("", "text/plain"), [500, "Payload expected."]);
  assertEquals(received, ["a+b c", "\u00e9", "second", "plain"]);
});
