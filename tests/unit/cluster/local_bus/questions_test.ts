import { assertEquals, assertThrows } from "@std/assert";
import { checkedAnswer, checkedQuestion } from "../../../../src/cluster/local_bus/questions.ts";

const claim = { do: "claim", key: "k", value: "v", ttl: 1 };
const renew = { do: "renew", claims: [["k", "v"], ["l", "w"]], ttl: 1 };

Deno.test("questions of every kind are taken as they are", () => {
  const find = { do: "find", key: "" };
  const release = { do: "release", key: "k", value: "" };
  for (const question of [claim, { ...renew, claims: [] }, renew, find, release]) {
    assertEquals(checkedQuestion(question), question as ReturnType<typeof checkedQuestion>);
  }
});

Deno.test("what is no question is refused", () => {
  const others = [
    null,
    1,
    "claim",
    [],
    {},
    { key: "k" },
    { ...claim, do: "keep" },
    { ...claim, do: undefined },
    { ...claim, key: 1 },
    { ...claim, value: undefined },
    { ...claim, ttl: "1" },
    { ...claim, ttl: 0 },
    { ...claim, ttl: -1 },
    { ...claim, ttl: NaN },
    { ...claim, ttl: Infinity },
    { ...renew, claims: "k" },
    { ...renew, claims: ["kv"] },
    { ...renew, claims: [["k"]] },
    { ...renew, claims: [["k", 1]] },
    { ...renew, key: "k", value: "v", claims: undefined },
    { do: "release", key: "k" },
    { do: "find" },
  ];
  for (const other of others) assertThrows(() => checkedQuestion(other), TypeError);
});

Deno.test("answers are a holder, renewals or a hint, and nothing else", () => {
  for (
    const answer of [{}, { holder: "a" }, { renewed: [true, false] }, { moved: true as const }]
  ) {
    assertEquals(checkedAnswer(answer), answer);
  }
  for (
    const other of [null, "", 1, { holder: 1 }, { renewed: [1] }, { renewed: {} }, { moved: 1 }]
  ) {
    assertThrows(() => checkedAnswer(other), TypeError);
  }
});
