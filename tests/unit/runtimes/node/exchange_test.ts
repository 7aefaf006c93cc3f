import { assertEquals, assertThrows } from "@std/assert";
import { PlainResponse } from "../../../../src/http/plain_response.ts";
import { exchange } from "./fake_messages.ts";

const refuse = () => {
  throw new Error("refused");
};

/** What Node is given for an answer. */
function given(answer: PlainResponse) {
  const { res, runtime } = exchange();
  runtime.sendPlain(answer);
  return { fields: res.fields, calls: res.calls };
}

Deno.test("an answer with a body says how many bytes it is", () => {
  assertEquals(given(new PlainResponse(200, { "X-A": "1" }, "\u20ac")), {
    fields: { "X-A": "1", "Content-Length": "3" },
    calls: ["head 200", "end \u20ac"],
  });
  assertEquals(given(new PlainResponse(404, {}, "")).fields, { "Content-Length": "0" });
});

Deno.test("an answer without a body has no bytes, and 204 and 304 do not say so", () => {
  for (const [status, length] of [[405, "0"], [200, "0"], [204, undefined], [304, undefined]]) {
    const { fields, calls } = given(new PlainResponse(Number(status), {}, null));
    assertEquals([fields["Content-Length"], calls], [length, [`head ${status}`, "end"]]);
  }
});

Deno.test("an answer to HEAD says how many bytes it would be", () => {
  const { res, runtime } = exchange({ method: "HEAD" });
  runtime.sendPlain(new PlainResponse(200, {}, "text"));
  assertEquals(res.fields["Content-Length"], "4");
});

Deno.test("an answer that the application has begun is left alone", () => {
  const { res, runtime } = exchange();
  res.headersSent = true;
  runtime.sendPlain(new PlainResponse(200, {}, "text"));
  assertEquals(res.calls, []);
});

Deno.test("an answer that others refuse to end is cut off", () => {
  const { res, runtime } = exchange();
  res.end = refuse;
  assertThrows(() => runtime.sendPlain(new PlainResponse(200, {}, "text")), Error, "refused");
  assertEquals(res.calls, ["head 200", "destroy"]);
});

Deno.test("an answer is cut off by whatever way is left", () => {
  const { req, res, runtime, socket } = exchange();
  res.destroy = req.destroy = refuse;
  res.stream = { destroyed: false, destroy: refuse };
  runtime.cutOff();
  assertEquals(socket.destroyed, true);
  socket.destroy = refuse;
  runtime.cutOff();
});
