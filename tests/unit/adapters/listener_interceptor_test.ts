import { EventEmitter } from "node:events";
import { assertEquals } from "@std/assert";
import { intercept, type Interception } from "../../../src/adapters/listener_interceptor.ts";

/** What an event is about. */
interface Request {
  url: string;
}

/** An emitter of requests, and what was done with them. */
class Emissions {
  readonly emitter: EventEmitter;
  log: string[] = [];

  constructor(emitter = new EventEmitter()) {
    this.emitter = emitter;
  }

  /** A listener that records what it receives. */
  readonly listener = (name: string) => ({ url }: Request) => {
    this.log.push(`${name} ${url}`);
  };

  /** Adds listeners of the application. */
  on(...names: string[]): void {
    for (const name of names) this.emitter.on("request", this.listener(name));
  }

  /** Takes requests that begin so. */
  intercept(beginning: string): Interception {
    return intercept(this.emitter, "request", ({ url }: Request) => {
      if (!url.startsWith(beginning)) return false;
      this.log.push(`ours ${url}`);
      return true;
    });
  }

  /** What is done with requests, in this order. */
  of(...urls: string[]): string[] {
    this.log = [];
    for (const url of urls) this.emitter.emit("request", { url });
    return this.log;
  }

  get listeners(): unknown[] {
    return this.emitter.rawListeners("request");
  }
}

const adders = [
  ...["on", "addListener", "once"] as const,
  ...["prependListener", "prependOnceListener"] as const,
] as const;

Deno.test("intercepted events are not forwarded, others go to the earlier listeners in order", () => {
  const emissions = new Emissions();
  emissions.on("first", "second");
  emissions.intercept("/a");
  assertEquals(emissions.of("/a", "/x"), ["ours /a", "first /x", "second /x"]);
});

Deno.test("earlier listeners get all arguments, with the emitter as this", () => {
  const emitter = new EventEmitter();
  const got: unknown[] = [];
  emitter.on("upgrade", function (this: unknown, ...args: unknown[]) {
    got.push(this === emitter, ...args);
  });
  intercept(emitter, "upgrade", () => false);
  const request = {};
  emitter.emit("upgrade", request, "two", undefined, null);
  assertEquals(got, [true, request, "two", undefined, null]);
});

Deno.test("other events are left alone", () => {
  const emitter = new EventEmitter();
  const listener = () => {};
  emitter.on("upgrade", listener);
  intercept(emitter, "request", () => true);
  assertEquals(emitter.rawListeners("upgrade"), [listener]);
});

Deno.test("a listener that is added twice is called twice", () => {
  const emissions = new Emissions();
  const listener = emissions.listener("twice");
  emissions.emitter.on("request", listener).on("request", listener);
  emissions.intercept("/a");
  assertEquals(emissions.of("/x"), ["twice /x", "twice /x"]);
});

Deno.test("a once listener gets the first event that is forwarded, and no other", () => {
  const emissions = new Emissions();
  emissions.on("first");
  emissions.emitter.once("request", emissions.listener("once"));
  emissions.on("last");
  emissions.intercept("/a");
  assertEquals(emissions.of("/a", "/x"), ["ours /a", "first /x", "once /x", "last /x"]);
  assertEquals(emissions.of("/x"), ["first /x", "last /x"]);
});

Deno.test("a once listener is removed after its event", () => {
  const emissions = new Emissions();
  emissions.emitter.once("request", emissions.listener("once"));
  const ours = emissions.intercept("/a");
  assertEquals([ours.hasNoOthers, emissions.of("/x"), ours.hasNoOthers], [
    false,
    ["once /x"],
    true,
  ]);
  ours.detach();
  assertEquals(emissions.listeners, []);
});

Deno.test("a once listener that was not called is restored as a once listener", () => {
  const emissions = new Emissions();
  emissions.emitter.once("request", emissions.listener("once"));
  emissions.intercept("/a").detach();
  assertEquals(emissions.of("/a", "/b"), ["once /a"]);
  assertEquals(emissions.listeners, []);
});

Deno.test("a listener that throws keeps the later ones from hearing, as without us", () => {
  const emissions = new Emissions();
  emissions.emitter.on("request", () => {
    throw new Error("thrown");
  });
  emissions.on("later");
  emissions.intercept("/a");
  let thrown: unknown;
  try {
    emissions.of("/x");
  } catch (error) {
    thrown = error;
  }
  assertEquals([(thrown as Error).message, emissions.log], ["thrown", []]);
});

for (const add of adders) {
  Deno.test(`listeners that are added later do not get intercepted events: ${add}`, () => {
    const emissions = new Emissions();
    emissions.on("early");
    emissions.intercept("/a");
    emissions.emitter[add]("request", emissions.listener("late"));
    const isFirst = add.startsWith("prepend");
    const expected = isFirst ? ["late /x", "early /x"] : ["early /x", "late /x"];
    assertEquals(emissions.of("/a", "/x", "/a"), ["ours /a", ...expected, "ours /a"]);
    const isOnce = add.toLowerCase().endsWith("oncelistener") || add === "once";
    assertEquals(emissions.of("/x"), isOnce ? ["early /x"] : expected);
    assertEquals(emissions.listeners.length, isOnce ? 2 : 3);
  });

  Deno.test(`an added listener can be removed, before and after detaching: ${add}`, () => {
    for (const off of ["off", "removeListener"] as const) {
      const emissions = new Emissions();
      const [early, late] = [emissions.listener("early"), emissions.listener("late")];
      emissions.emitter[add]("request", early);
      const ours = emissions.intercept("/a");
      emissions.emitter[add]("request", late);
      const count = (listener: () => void) => emissions.emitter.listenerCount("request", listener);
      for (const listener of [early, late]) {
        assertEquals(count(listener as never), 1);
        emissions.emitter[off]("request", listener);
        assertEquals(count(listener as never), 0);
      }
      assertEquals([ours.hasNoOthers, emissions.of("/a", "/x")], [true, ["ours /a"]]);
    }
  });
}

Deno.test("ours counts as a listener only where there is no other", () => {
  const emissions = new Emissions();
  const { emitter } = emissions;
  const count = () => emitter.listenerCount("request");
  const [early, late] = [emissions.listener("early"), emissions.listener("late")];
  emitter.on("request", early);
  const ours = ["/a", "/b"].map((path) => emissions.intercept(path));
  const counts = [count()];
  emitter.on("request", late);
  counts.push(count());
  emitter.off("request", late).off("request", early);
  // Without listeners, a server emits no upgrades.
  counts.push(count());
  for (const each of ours) each.detach();
  assertEquals([...counts, count()], [1, 2, 1, 0]);
  emissions.intercept("/a");
  emitter.on("request", late);
  assertEquals([count(), emitter.listenerCount("request", late)], [2, 1]);
  emitter.removeAllListeners("request");
  assertEquals(count(), 0);
});

Deno.test("a function that stands for another without being for one event stays", () => {
  const emissions = new Emissions();
  const inner = emissions.listener("inner");
  const outer = Object.assign((request: Request) => inner(request), { listener: inner });
  emissions.emitter.on("request", outer);
  emissions.intercept("/a");
  assertEquals(emissions.of("/x", "/x"), ["inner /x", "inner /x"]);
  emissions.emitter.off("request", inner);
  assertEquals(emissions.of("/x"), []);
});

Deno.test("newListener and removeListener get the original functions", () => {
  const { emitter, listener } = new Emissions();
  intercept(emitter, "request", () => true);
  const told: unknown[] = [];
  for (const event of ["newListener", "removeListener"]) {
    emitter.on(event, (...args) => told.push(event, ...args));
  }
  const late = listener("late");
  emitter.on("request", late).off("request", late);
  assertEquals(told.slice(-6), ["newListener", "request", late, "removeListener", "request", late]);
});

Deno.test("what a listener gives back is what the emitter gets, which may look for rejections", () => {
  const emissions = new Emissions();
  emissions.intercept("/a");
  emissions.emitter.on("request", () => "given");
  emissions.emitter.once("request", () => "once");
  const results = emissions.emitter.rawListeners("request").map((each) => each({ url: "/x" }));
  assertEquals(results, [undefined, "given", "once"]);
});

/** As Meteor does it: takes all off, gives requests another URL, and calls them by hand. */
function wrap({ emitter }: Emissions, read: "listeners" | "rawListeners" = "listeners"): void {
  const wrapped = emitter[read]("request").slice(0);
  emitter.removeAllListeners("request");
  emitter.addListener("request", (request: Request) => {
    if (request.url === "/short") request.url = "/a/short";
    for (const listener of wrapped) listener.apply(emitter, [request]);
  });
}

for (const read of ["listeners", "rawListeners"] as const) {
  Deno.test(`called by hand and in order, they do what the emitter does: ${read}`, () => {
    const emissions = new Emissions();
    emissions.on("early");
    emissions.emitter.once("request", emissions.listener("once"));
    emissions.intercept("/a");
    emissions.on("late");
    emissions.emitter.prependListener("request", emissions.listener("first"));
    wrap(emissions, read);
    assertEquals(emissions.of("/a", "/short"), ["ours /a", "ours /a/short"]);
    assertEquals(emissions.of("/x"), ["first /x", "early /x", "once /x", "late /x"]);
    assertEquals(emissions.of("/x"), ["first /x", "early /x", "late /x"]);
    emissions.on("last");
    assertEquals(emissions.of("/short", "/x"), [
      "ours /a/short",
      ...["first /x", "early /x", "late /x", "last /x"],
    ]);
  });
}

Deno.test("when listeners are called by hand, only the first interceptor can have no others", () => {
  for (const isAlone of [true, false]) {
    const emissions = new Emissions();
    const ours = ["/a", "/b"].map((path) => emissions.intercept(path));
    if (!isAlone) emissions.on("late");
    wrap(emissions);
    assertEquals(ours.map((each) => each.hasNoOthers), [isAlone, false]);
    emissions.on("later");
    assertEquals(ours.map((each) => each.hasNoOthers), [false, false]);
  }
});

Deno.test("a wrapper of a wrapper leaves ours alone, unless a listener was added between them", () => {
  for (const read of ["listeners", "rawListeners"] as const) {
    for (const between of [[], ["between"]]) {
      const emissions = new Emissions();
      const ours = emissions.intercept("/a");
      wrap(emissions, read);
      emissions.on(...between);
      wrap(emissions, read);
      assertEquals(ours.hasNoOthers, between.length === 0);
      wrap(emissions, read);
      assertEquals(ours.hasNoOthers, between.length === 0);
      assertEquals(emissions.of("/a", "/x"), ["ours /a", ...between.map((name) => `${name} /x`)]);
    }
  }
});

Deno.test("code that has removed ours from the list is not bypassed, even if others of ours are added later", () => {
  const emissions = new Emissions();
  emissions.on("early");
  emissions.intercept("/a");
  const wrapped = emissions.emitter.listeners("request");
  emissions.emitter.removeAllListeners("request");
  emissions.emitter.on("request", (request: Request) => {
    if (request.url.endsWith("forbidden")) return;
    for (const listener of wrapped) listener.call(emissions.emitter, request);
  });
  const later = emissions.intercept("/b");
  const expected = ["ours /a", "ours /b/forbidden", "early /x"];
  assertEquals(emissions.of("/a", "/a/forbidden", "/b/forbidden", "/x"), expected);
  later.detach();
  assertEquals(emissions.of("/a", "/a/forbidden", "/b", "/x"), ["ours /a", "early /b", "early /x"]);
});

Deno.test("calling a listener by hand a second time does nothing for an intercepted event", () => {
  const emissions = new Emissions();
  emissions.on("early");
  emissions.intercept("/a");
  wrap(emissions);
  wrap(emissions);
  const listeners = emissions.emitter.listeners("request");
  const request = { url: "/a" };
  for (const listener of [...listeners, ...listeners]) listener.call(emissions.emitter, request);
  assertEquals(emissions.log, ["ours /a"]);
});

Deno.test("a wrapper works after ours is detached, and after it is added again", () => {
  const emissions = new Emissions();
  emissions.on("early");
  const ours = emissions.intercept("/a");
  wrap(emissions);
  ours.detach();
  assertEquals(emissions.of("/a", "/short"), ["early /a", "early /a/short"]);
  emissions.intercept("/a");
  assertEquals(emissions.of("/a", "/x"), ["ours /a", "early /x"]);
});

Deno.test("a listener that is removed and restored works as before", () => {
  const emissions = new Emissions();
  emissions.on("early");
  const ours = emissions.intercept("/a");
  const listeners = emissions.emitter.listeners("request");
  emissions.emitter.removeAllListeners("request");
  for (const listener of listeners) emissions.emitter.on("request", listener as () => void);
  assertEquals(emissions.listeners, listeners);
  assertEquals(emissions.of("/a", "/x"), ["ours /a", "early /x"]);
  ours.detach();
  assertEquals(emissions.of("/a"), ["early /a"]);
});

Deno.test("a wrapper in the place of one listener gets no intercepted event", () => {
  const emissions = new Emissions();
  emissions.on("early");
  emissions.intercept("/a");
  for (const listener of emissions.emitter.listeners("request")) {
    emissions.emitter.off("request", listener as () => void);
    emissions.emitter.on("request", (request) => {
      emissions.log.push("wrapped");
      listener.call(emissions.emitter, request);
    });
  }
  assertEquals(emissions.of("/a"), ["wrapped", "ours /a"]);
  assertEquals(emissions.of("/x"), ["wrapped", "wrapped", "early /x"]);
});

Deno.test("when the last has stepped back, the emitter has its own methods again", () => {
  const emissions = new Emissions();
  const before = Object.getOwnPropertyNames(emissions.emitter);
  const own = emissions.emitter.on = emissions.emitter.on.bind(emissions.emitter);
  const [one, other] = [emissions.intercept("/a"), emissions.intercept("/b")];
  one.detach();
  assertEquals(emissions.emitter.on === own, false);
  other.detach();
  assertEquals(emissions.emitter.on, own);
  assertEquals(Object.getOwnPropertyNames(emissions.emitter).sort(), [...before, "on"].sort());
});

Deno.test("methods that replace ours work with and without ours", () => {
  const emissions = new Emissions();
  const ours = emissions.intercept("/a");
  const calls: unknown[] = [];
  const { on } = emissions.emitter;
  emissions.emitter.on = function (event, listener) {
    calls.push(event);
    return on.call(this, event, listener);
  };
  emissions.on("late");
  assertEquals([emissions.of("/a", "/x"), calls], [["ours /a", "late /x"], ["request"]]);
  ours.detach();
  emissions.on("later");
  assertEquals(emissions.of("/a"), ["late /a", "later /a"]);
  emissions.intercept("/a");
  emissions.on("last");
  assertEquals(emissions.of("/a", "/x"), ["ours /a", "late /x", "later /x", "last /x"]);
});

Deno.test("methods that others have put over ours do not count for two when ours comes again", () => {
  const { emitter } = new Emissions();
  const add = () => emitter.on("request", () => {});
  add();
  const take = () => intercept(emitter, "request", () => false);
  const ours = take();
  const { listenerCount } = emitter;
  emitter.listenerCount = function (...args) {
    return listenerCount.apply(this, args);
  };
  ours.detach();
  add();
  add();
  take();
  assertEquals(emitter.listenerCount("request"), 3);
});

/** As zone.js does it: wraps each, and once that is taken off, it does nothing any more. */
class Zoned extends EventEmitter {
  readonly #all: { listener: () => void; wrapped: () => void }[] = [];

  #add(listener: () => void, add: (wrapped: () => void) => void, isFirst = false): this {
    const item = {
      listener,
      wrapped: (...args: unknown[]) => {
        if (this.#all.includes(item)) Reflect.apply(listener, this, args);
      },
    };
    this.#all.splice(isFirst ? 0 : this.#all.length, 0, item);
    add(item.wrapped);
    return this;
  }

  override on(event: string, listener: () => void): this {
    return this.#add(listener, (wrapped) => super.on(event, wrapped));
  }

  override prependListener(event: string, listener: () => void): this {
    return this.#add(listener, (wrapped) => super.prependListener(event, wrapped), true);
  }

  override removeListener(event: string, listener: () => void): this {
    const isIt = (item: { listener: unknown }) =>
      item.listener === listener || (item.listener as { listener?: unknown }).listener === listener;
    const at = this.#all.findIndex(isIt);
    if (at >= 0) super.removeListener(event, this.#all.splice(at, 1)[0]!.wrapped);
    return this;
  }

  override removeAllListeners(): this {
    for (const { listener } of [...this.#all]) this.removeListener("request", listener);
    return this;
  }

  override listeners(): (() => void)[] {
    return this.#all.map(({ listener }) => listener);
  }
}

Deno.test("listeners that something wraps where they are added are served as others are", () => {
  const emissions = new Emissions(new Zoned());
  emissions.on("early");
  const before = emissions.emitter.listeners("request");
  const ours = ["/a", "/b"].map((path) => emissions.intercept(path));
  emissions.emitter.prependListener("request", emissions.listener("first"));
  emissions.emitter.once("request", emissions.listener("once"));
  assertEquals(emissions.of("/a", "/b"), ["ours /a", "ours /b"]);
  assertEquals(emissions.of("/x", "/x").length, 5);
  assertEquals(ours.map((each) => each.hasNoOthers), [false, false]);
  for (const each of ours) each.detach();
  assertEquals(emissions.of("/a"), ["first /a", "early /a"]);
  assertEquals(emissions.emitter.listeners("request").slice(1), before);
});

Deno.test("several interceptors forward to each other, the last one first, then to other listeners", () => {
  const emissions = new Emissions();
  emissions.on("early");
  emissions.intercept("/a");
  emissions.intercept("/b");
  assertEquals(emissions.of("/a", "/b", "/x"), ["ours /a", "ours /b", "early /x"]);
  emissions.intercept("/");
  assertEquals(emissions.of("/a", "/x"), ["ours /a", "ours /x"]);
});

Deno.test("it has no others where there is no listener before it or after it", () => {
  const emissions = new Emissions();
  const ours = emissions.intercept("/a");
  assertEquals(ours.hasNoOthers, true);
  const late = emissions.listener("late");
  emissions.emitter.on("request", late);
  assertEquals(ours.hasNoOthers, false);
  emissions.emitter.off("request", late);
  assertEquals(ours.hasNoOthers, true);
  emissions.on("late");
  assertEquals(emissions.intercept("/b").hasNoOthers, false);
});

Deno.test("of several, only the first to be installed is alone", () => {
  const emissions = new Emissions();
  const [first, second, third] = ["/a", "/b", "/c"].map((path) => emissions.intercept(path));
  assertEquals([first?.hasNoOthers, second?.hasNoOthers, third?.hasNoOthers], [true, false, false]);
});

Deno.test("a detached interceptor leaves all events to other listeners", () => {
  const emissions = new Emissions();
  emissions.on("early");
  const ours = emissions.intercept("/a");
  emissions.on("late");
  ours.detach();
  assertEquals(emissions.of("/a"), ["early /a", "late /a"]);
});

Deno.test("stepping back gives the very same listeners back, in their places", () => {
  const emissions = new Emissions();
  emissions.on("one", "two");
  const earlier = emissions.listeners;
  const ours = emissions.intercept("/a");
  const [first, last] = [emissions.listener("first"), emissions.listener("last")];
  emissions.emitter.on("request", last).prependListener("request", first);
  ours.detach();
  assertEquals(emissions.listeners, [first, ...earlier, last]);
  ours.detach();
  assertEquals(emissions.listeners, [first, ...earlier, last]);
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
    const emissions = new Emissions();
    emissions.on("early");
    const before = emissions.listeners;
    const ours = new Map(["/a", "/b", "/c"].map((path) => [path, emissions.intercept(path)]));
    for (const [at, path] of order.entries()) {
      ours.get(path)?.detach();
      for (const other of order) {
        const taken = order.indexOf(other) > at;
        assertEquals(emissions.of(other), [`${taken ? "ours" : "early"} ${other}`]);
      }
      assertEquals(emissions.of("/x"), ["early /x"]);
    }
    assertEquals(emissions.listeners, before);
  });

  Deno.test(`three without anybody else that step back as ${order.join(", ")} are alone in turn`, () => {
    const emissions = new Emissions();
    const ours = new Map(["/a", "/b", "/c"].map((path) => [path, emissions.intercept(path)]));
    for (let at = 0; at < order.length; at++) {
      const left = [...ours].filter(([path]) => order.indexOf(path) >= at);
      // The first one that was installed answers requests that no listener takes.
      assertEquals(left.map(([, each]) => each.hasNoOthers), left.map((_, at) => at === 0));
      ours.get(order[at]!)?.detach();
    }
    assertEquals(emissions.listeners, []);
  });
}
