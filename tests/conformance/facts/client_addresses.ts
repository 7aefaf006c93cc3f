import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { receivingTransports } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

type Headers = Record<string, string>;

/** What a service says of clients with these headers, over every transport. */
async function seen(
  server: TestServer,
  service: string,
  headers: Headers,
  question = "who",
): Promise<[transport: string, address: unknown, port: unknown][]> {
  const all: [string, unknown, unknown][] = [];
  const add = (name: string, frame: string) => {
    const [text] = JSON.parse(frame.slice(1));
    const [address, port] = JSON.parse(text);
    all.push([name, address, port]);
  };
  for (const transport of receivingTransports) {
    const session = server.http(`/proxied/${service}`);
    const first = await session.open(transport, headers);
    // Of a poll, the request is gone by now.
    await session.send(question);
    const next = transport.prelude === undefined ? await session.ask(transport, headers) : first;
    add(transport.name, await next.frame());
  }
  const path = `/proxied/${service}/000/${server.newId()}/websocket`;
  const socket = await server.websocket(path, headers);
  assertEquals(await socket.message(), "o");
  await socket.sendText(JSON.stringify(question));
  add("websocket", await socket.message() ?? "");
  const raw = await server.websocket(`/proxied/${service}/websocket`, headers);
  await raw.sendText(question);
  add("raw websocket", `a${JSON.stringify([await raw.message()])}`);
  return all;
}

/** Fails unless the service sees that address everywhere, and that port if one is expected. */
async function assertSeen(
  server: TestServer,
  service: string,
  headers: Headers,
  expected: string,
  port: number | null = null,
): Promise<void> {
  for (const [transport, address, itsPort] of await seen(server, service, headers)) {
    assertEquals([address, itsPort], [expected, port], `${service}, ${transport}`);
  }
}

/** Fails unless the service sees the connection's own end. */
async function assertUnmoved(server: TestServer, service: string, headers: Headers): Promise<void> {
  for (const [transport, address, port] of await seen(server, service, headers)) {
    assertEquals([address, typeof port], ["127.0.0.1", "number"], `${service}, ${transport}`);
  }
}

const forged = { "X-Forwarded-For": "6.6.6.6, 192.0.2.7", Forwarded: "for=6.6.6.6, for=192.0.2.8" };

fact(
  "3",
  "without trustProxy, and from a stranger, forged headers have no effect",
  async (server) => {
    await assertUnmoved(server, "by_nothing", forged);
    await assertUnmoved(server, "by_strangers", forged);
  },
);

fact("3", "the client's address is the last one that a trusted proxy has added", async (server) => {
  for (const service of ["by_number", "by_list", "by_function"]) {
    await assertSeen(server, service, forged, "192.0.2.7");
  }
  await assertSeen(server, "by_two", forged, "6.6.6.6");
  await assertSeen(server, "by_forwarded", forged, "192.0.2.8");
});

fact("3", "the header that is not chosen has no effect, not even alone", async (server) => {
  await assertUnmoved(server, "by_list", { Forwarded: "for=6.6.6.6" });
  await assertUnmoved(server, "by_forwarded", { "X-Forwarded-For": "6.6.6.6" });
});

fact("3", "several lines of the header count as one list", async (server) => {
  const lines = "6.6.6.6\r\nX-Forwarded-For: 192.0.2.7\r\nx-forwarded-for: 10.0.0.2";
  await assertSeen(server, "by_list", { "X-Forwarded-For": lines }, "192.0.2.7");
  const others = 'for="\r\nForwarded: for="[2001:DB8::7]:443"\r\nforwarded: for=10.0.0.2';
  await assertSeen(server, "by_forwarded", { Forwarded: others }, "2001:db8::7", 443);
});

fact("3", "an address in the header may have a port, or be IPv6", async (server) => {
  const expected: [string, string, number | null][] = [
    ["192.0.2.7:8080", "192.0.2.7", 8080],
    ["[2001:db8::7]:1", "2001:db8::7", 1],
    ["2001:DB8::7", "2001:db8::7", null],
    ["::ffff:192.0.2.7", "192.0.2.7", null],
  ];
  for (const [header, address, port] of expected) {
    await assertSeen(server, "by_number", { "X-Forwarded-For": header }, address, port);
  }
});

fact("3", "what is not an address ends the search, and closes nothing", async (server) => {
  for (const garbage of ["unknown", ",", "6.6.6.6, _x", "constructor", "__proto__", "\xff\xfe"]) {
    await assertUnmoved(server, "by_list", { "X-Forwarded-For": garbage });
    await assertUnmoved(server, "by_forwarded", { Forwarded: `for=${garbage};"` });
  }
  const long = { "X-Forwarded-For": ",".repeat(7000), Forwarded: '",'.repeat(500) };
  await assertUnmoved(server, "by_list", long);
  await assertUnmoved(server, "by_forwarded", long);
});

fact("3", "authorize gets the address that the connection has", async (server) => {
  const headers = { "X-Forwarded-For": "6.6.6.6, 192.0.2.7:5" };
  for (const question of ["who", "authorized"]) {
    for (const [transport, ...seenAs] of await seen(server, "authorized", headers, question)) {
      assertEquals(seenAs, ["192.0.2.7", 5], `${question}, ${transport}`);
    }
  }
});

fact("3", "the address is that of the last receiving request", async (server) => {
  const poll = receivingTransports.find(({ name }) => name === "xhr")!;
  const session = server.http("/proxied/by_number");
  await session.open(poll, { "X-Forwarded-For": "192.0.2.1" });
  await session.send("who");
  assertEquals(
    await (await session.ask(poll, { "X-Forwarded-For": "192.0.2.2" })).frame(),
    'a["[\\"192.0.2.1\\",null]"]',
  );
  await session.send("who");
  assertEquals(await (await session.ask(poll)).frame(), 'a["[\\"192.0.2.2\\",null]"]');
});
