import { EventEmitter } from "node:events";
import { assertEquals } from "@std/assert";
import { Overshadowing } from "../../../src/adapters/overshadowing.ts";

/** An emitter of requests, and what was done with them. */
class Heard {
  readonly emitter = new EventEmitter();
  log: string[] = [];

  /** A listener that notes what it hears. */
  readonly listener = (name: string) => (request: string) => {
    this.log.push(`${name} ${request}`);
  };

  /** Adds listeners of the application. */
  on(...names: string[]): void {
    for (const name of names) this.emitter.on("request", this.listener(name));
  }

  /** Overshadows those that are there, for requests that begin so. */
  overshadow(beginning: string): Overshadowing {
    return new Overshadowing(this.emitter, "request", (request: string) => {
      if (!request.startsWith(beginning)) return false;
      this.log.push(`ours ${request}`);
      return true;
    });
  }

  /** What is done with requests, in this order. */
  of(...requests: string[]): string[] {
    this.log = [];
    for (const request of requests) this.emitter.emit("request", request);
    return this.log;
  }

  get listeners(): unknown[] {
    return this.emitter.rawListeners("request");
  }
}

Deno.test("what is taken is not handed on, all else goes to the earlier listeners in order", () => {
  const heard = new Heard();
  heard.on("first", "second");
  heard.overshadow("/a");
  assertEquals(heard.of("/a", "/x"), ["ours /a", "first /x", "second /x"]);
});

Deno.test("earlier listeners get all arguments, with the emitter as this", () => {
  const emitter = new EventEmitter();
  const got: unknown[] = [];
  emitter.on("upgrade", function (this: unknown, ...args: unknown[]) {
    got.push(this === emitter, ...args);
  });
  new Overshadowing(emitter, "upgrade", () => false);
  emitter.emit("upgrade", 1, "two", undefined, null);
  assertEquals(got, [true, 1, "two", undefined, null]);
});

Deno.test("other events are left alone", () => {
  const emitter = new EventEmitter();
  const listener = () => {};
  emitter.on("upgrade", listener);
  new Overshadowing(emitter, "request", () => true);
  assertEquals(emitter.rawListeners("upgrade"), [listener]);
});

Deno.test("a listener that is there twice hears twice", () => {
  const heard = new Heard();
  const listener = heard.listener("twice");
  heard.emitter.on("request", listener).on("request", listener);
  heard.overshadow("/a");
  assertEquals(heard.of("/x"), ["twice /x", "twice /x"]);
});

Deno.test("a listener for one event hears of the first that is handed on, and of no other", () => {
  const heard = new Heard();
  heard.on("first");
  heard.emitter.once("request", heard.listener("once"));
  heard.on("last");
  heard.overshadow("/a");
  assertEquals(heard.of("/a", "/x"), ["ours /a", "first /x", "once /x", "last /x"]);
  assertEquals(heard.of("/x"), ["first /x", "last /x"]);
});

Deno.test("once it has heard, a listener for one event is not in the way any more", () => {
  const heard = new Heard();
  heard.emitter.once("request", heard.listener("once"));
  const ours = heard.overshadow("/a");
  assertEquals([ours.isAlone, heard.of("/x"), ours.isAlone], [false, ["once /x"], true]);
  ours.detach();
  assertEquals(heard.listeners, []);
});

Deno.test("a listener for one event that was not heard of is given back as one", () => {
  const heard = new Heard();
  heard.emitter.once("request", heard.listener("once"));
  heard.overshadow("/a").detach();
  assertEquals(heard.of("/a", "/b"), ["once /a"]);
  assertEquals(heard.listeners, []);
});

Deno.test("a listener that throws keeps the later ones from hearing, as without us", () => {
  const heard = new Heard();
  heard.emitter.on("request", () => {
    throw new Error("thrown");
  });
  heard.on("later");
  heard.overshadow("/a");
  let thrown: unknown;
  try {
    heard.of("/x");
  } catch (error) {
    thrown = error;
  }
  assertEquals([(thrown as Error).message, heard.log], ["thrown", []]);
});

Deno.test("later listeners hear of everything", () => {
  const heard = new Heard();
  heard.on("early");
  heard.overshadow("/a");
  heard.on("late");
  assertEquals(heard.of("/a", "/x"), ["ours /a", "late /a", "early /x", "late /x"]);
});

Deno.test("several hand on to each other, the last one first, and then to the others", () => {
  const heard = new Heard();
  heard.on("early");
  heard.overshadow("/a");
  heard.overshadow("/b");
  assertEquals(heard.of("/a", "/b", "/x"), ["ours /a", "ours /b", "early /x"]);
  heard.overshadow("/");
  assertEquals(heard.of("/a", "/x"), ["ours /a", "ours /x"]);
});

Deno.test("it is alone where nobody else would hear, before it or after it", () => {
  const heard = new Heard();
  const ours = heard.overshadow("/a");
  assertEquals(ours.isAlone, true);
  const late = heard.listener("late");
  heard.emitter.on("request", late);
  assertEquals(ours.isAlone, false);
  heard.emitter.off("request", late);
  assertEquals(ours.isAlone, true);
  heard.on("late");
  assertEquals(heard.overshadow("/b").isAlone, false);
});

Deno.test("of several, only the first to be installed is alone", () => {
  const heard = new Heard();
  const [first, second, third] = ["/a", "/b", "/c"].map((path) => heard.overshadow(path));
  assertEquals([first?.isAlone, second?.isAlone, third?.isAlone], [true, false, false]);
});

Deno.test("one that has stepped back hands on to those that it overshadowed", () => {
  const heard = new Heard();
  heard.on("early");
  const ours = heard.overshadow("/a");
  heard.on("late");
  ours.detach();
  assertEquals(heard.of("/a"), ["early /a", "late /a"]);
});

Deno.test("stepping back gives the very same listeners back, in their places", () => {
  const heard = new Heard();
  heard.on("one", "two");
  const earlier = heard.listeners;
  const ours = heard.overshadow("/a");
  heard.on("three");
  const [, later] = heard.listeners;
  ours.detach();
  assertEquals(heard.listeners, [...earlier, later]);
  ours.detach();
  assertEquals(heard.listeners, [...earlier, later]);
});

/** All orders of these. */
function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest])
  );
}

for (const order of orders(["/a", "/b", "/c"])) {
  Deno.test(`three that step back as ${order.join(", ")} leave nothing behind`, () => {
    const heard = new Heard();
    heard.on("early");
    const before = heard.listeners;
    const ours = new Map(["/a", "/b", "/c"].map((path) => [path, heard.overshadow(path)]));
    for (const [at, path] of order.entries()) {
      ours.get(path)?.detach();
      for (const other of order) {
        const taken = order.indexOf(other) > at;
        assertEquals(heard.of(other), [`${taken ? "ours" : "early"} ${other}`]);
      }
      assertEquals(heard.of("/x"), ["early /x"]);
    }
    assertEquals(heard.listeners, before);
  });

  Deno.test(`three without anybody else that step back as ${order.join(", ")} are alone in turn`, () => {
    const heard = new Heard();
    const ours = new Map(["/a", "/b", "/c"].map((path) => [path, heard.overshadow(path)]));
    for (let at = 0; at < order.length; at++) {
      const left = [...ours].filter(([path]) => order.indexOf(path) >= at);
      // The one that was installed first answers what nobody wants.
      assertEquals(left.map(([, each]) => each.isAlone), left.map((_, at) => at === 0));
      ours.get(order[at]!)?.detach();
    }
    assertEquals(heard.listeners, []);
  });
}

Deno.test("one that somebody else overshadows goes on handing on after it has stepped back", () => {
  const heard = new Heard();
  heard.on("early");
  const ours = heard.overshadow("/a");
  // As other libraries do it.
  const [listener] = heard.emitter.listeners("request");
  heard.emitter.removeAllListeners("request");
  heard.emitter.on("request", (request) => listener?.(request));
  ours.detach();
  assertEquals(heard.of("/a"), ["early /a"]);
});
