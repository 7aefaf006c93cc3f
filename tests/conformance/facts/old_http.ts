/** Section 6: streams to HTTP/1.0 clients, which do not know chunked encoding. */

import { assertEquals, assertMatch } from "@std/assert";
import { decode } from "../../support/raw_response.ts";
import { fact } from "../../support/fact.ts";
import { closeFrame } from "../../support/reference_frame.ts";
import { streams, xhrStreaming } from "../../support/receiving_transports.ts";

for (const { name, method, path, prelude, framed } of streams) {
  for (const keepAlive of [false, true]) {
    const headers: Record<string, string> = keepAlive ? { Connection: "keep-alive" } : {};
    const keepAliveText = keepAlive
      ? "asked to keep the connection"
      : "not asked to keep the connection";

    fact(
      "6",
      `${name} over HTTP/1.0 ends with the connection, ${keepAliveText}`,
      async (server) => {
        const session = server.http("/close");
        const url = `${session.base}/${path}`;
        for (
          const frames of [["o", closeFrame(3000, "Go away!")], [closeFrame(3000, "Go away!")]]
        ) {
          const connection = await server.connect();
          await connection.send({ method, path: url, version: "1.0", headers });
          const head = await connection.head();
          assertEquals(head.status, 200);
          assertEquals(head.header("transfer-encoding"), undefined);
          assertEquals(head.header("content-length"), undefined);
          assertEquals(head.members("connection").includes("keep-alive"), false);
          const body = decode(await connection.reader.toEnd());
          const end = frames.map(framed).join("");
          assertEquals(body.slice(-end.length), end);
          assertMatch(body.slice(0, -end.length), prelude ?? /^$/);
        }
      },
    );
  }

  fact("6", `${name} over HTTP/1.0 brings each frame when it is due`, async (server) => {
    const session = server.http("/echo");
    const connection = await server.connect();
    await connection.send({ method, path: `${session.base}/${path}`, version: "1.0" });
    await connection.head();
    let text = "";
    const until = async (end: string) => {
      while (!text.endsWith(end)) text += decode(await connection.reader.exactly(1) ?? stop());
    };
    await until(framed("o"));
    assertMatch(text.slice(0, -framed("o").length), prelude ?? /^$/);
    for (const message of ["x", "y", "z".repeat(4096)]) {
      await session.send(message);
      text = "";
      await until(framed(`a["${message}"]`));
      assertEquals(text, framed(`a["${message}"]`));
    }
    assertEquals(await connection.reader.line(), undefined);
    await session.send("later");
    assertEquals(await (await session.ask(xhrStreaming)).frame(), `a["later"]`);
  });
}

function stop(): never {
  throw new Error("The answer is over, and a frame was expected");
}
