/** Supervisors with their workers, as processes on each runtime. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { freePort } from "../support/free_port.ts";
import { until } from "../support/until.ts";
import type { Plan } from "./supervised.ts";
import { SupervisorProcess } from "./supervisor_process.ts";

const runtimes: readonly RuntimeName[] = ["deno", "bun", "node20", "node22", "node24"];

/** A session of the raw websocket, to a process that says its id. */
async function session(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo/websocket`);
  const closed = new Promise<number>((resolve) => socket.onclose = ({ code }) => resolve(code));
  const pid = await new Promise<string>((resolve) => {
    socket.onmessage = ({ data }) => resolve(data);
    closed.then(() => resolve(""));
  });
  return { pid, closed, close: () => socket.close() };
}

/** Opens sessions until each of the processes serves one. */
async function sessionsOfAll(pids: readonly string[], port: number) {
  const sessions = new Map<string, Awaited<ReturnType<typeof session>>>();
  await until(async () => {
    const opened = await session(port);
    if (sessions.has(opened.pid)) opened.close();
    else sessions.set(opened.pid, opened);
    return pids.every((pid) => sessions.has(pid));
  });
  return sessions;
}

function isAlive(pid: string): boolean {
  try {
    Deno.kill(Number(pid), "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

for (const runtime of runtimes) {
  const ignore = Deno.env.get("CI") !== "true" && await runtimeCommand(runtime) === undefined;

  const test = (
    name: string,
    plan: Omit<Plan, "count"> & { count?: number },
    run: (it: SupervisorProcess, port: number) => Promise<void>,
  ) =>
    Deno.test({
      name: `workers on ${runtime}: ${name}`,
      ignore,
      async fn() {
        const port = freePort();
        await using it = await SupervisorProcess.start(runtime, { count: 1, port, ...plan });
        await run(it, port);
      },
    });

  test("four serve one port, and SIGTERM drains all of them", { count: 4 }, async (it, port) => {
    const pids = await it.several(4, /^(\d+) listens/);
    const sessions = await sessionsOfAll(pids, port);
    it.signal("SIGTERM");
    for (const { closed } of sessions.values()) assertEquals(await closed, 1001);
    assertEquals(await it.ended(), { code: 0, signal: null });
    await it.allEnded;
    for (const pid of pids) assertEquals(it.count(new RegExp(`^${pid} got SIGTERM`)), 1);
  });

  test(
    "after a Ctrl+C that reaches all, each gets SIGTERM once",
    { count: 2 },
    async (it, port) => {
      const pids = await it.several(2, /^(\d+) listens/);
      const sessions = await sessionsOfAll(pids, port);
      for (const pid of pids) Deno.kill(Number(pid), "SIGINT");
      // By npm it comes twice.
      for (let i = 0; i < 2; i++) it.signal("SIGINT");
      for (const { closed } of sessions.values()) assertEquals(await closed, 1001);
      assertEquals(await it.ended(), { code: 0, signal: null });
      for (const pid of pids) assertEquals(it.count(new RegExp(`^${pid} got SIGTERM`)), 1);
    },
  );

  test("one that is killed is followed by another, which serves", {}, async (it, port) => {
    const [pid = ""] = await it.several(1, /^(\d+) listens/);
    const { closed } = await session(port);
    Deno.kill(Number(pid), "SIGKILL");
    // Deno's client says 0 where others say 1006.
    assertNotEquals(await closed, 1001);
    await it.next(/\(process \d+\) ended with SIGKILL; the next one starts in 100 ms$/);
    const [next = ""] = await it.several(1, /^(\d+) listens/);
    assertNotEquals(next, pid);
    const opened = await session(port);
    assertEquals(opened.pid, next);
    opened.close();
    await opened.closed;
  });

  for (const [instead, code] of [["end", 0], ["throw", 1]] as const) {
    test(
      `one that ends at once with ${code} is started again, after longer and longer delays`,
      { instead },
      async (it) => {
        const delays = await it.several(4, new RegExp(`ended with ${code}; .* in (\\d+) ms$`));
        assertEquals(delays, ["100", "200", "400", "800"]);
        // While a start waits.
        it.signal("SIGTERM");
        assertEquals(await it.ended(), { code: 0, signal: null });
      },
    );
  }

  test(
    "a program that does not exist is tried again, and the supervisor can be stopped",
    { program: "/nowhere/program.mjs", count: 2 },
    async (it) => {
      await it.several(4, /^Worker (\d) \(process \d+\) ended with 1; the next one starts/);
      it.signal("SIGTERM");
      assertEquals(await it.ended(), { code: 0, signal: null });
    },
  );

  test(
    "one that ignores SIGTERM is killed, and the supervisor ends with 1",
    { instead: "ignore SIGTERM", killTimeout: 300 },
    async (it) => {
      const [pid = ""] = await it.several(1, /^(\d+) runs/);
      it.signal("SIGTERM");
      await it.next(/^Worker 1 .* has not ended within 300 ms, and is killed$/);
      assertEquals(await it.ended(), { code: 1, signal: null });
      assertEquals(isAlive(pid), false);
    },
  );

  test("a frozen one is killed", { instead: "idle", killTimeout: 300 }, async (it) => {
    const [pid = ""] = await it.several(1, /^(\d+) runs/);
    Deno.kill(Number(pid), "SIGSTOP");
    await until(async () => / T /.test(await Deno.readTextFile(`/proc/${pid}/stat`)));
    it.signal("SIGTERM");
    assertEquals(await it.ended(), { code: 1, signal: null });
    assertEquals(isAlive(pid), false);
  });

  test("a second signal kills all at once", { instead: "ignore SIGTERM" }, async (it) => {
    const [pid = ""] = await it.several(1, /^(\d+) runs/);
    it.signal("SIGTERM");
    await it.next(/got SIGTERM/);
    let isOver = false;
    const ended = it.ended().finally(() => isOver = true);
    await until(() => {
      if (!isOver) it.signalIfAlive("SIGINT");
      return isOver;
    });
    const { code, signal } = await ended;
    // One that comes at its very end kills it by itself.
    assert(code === 1 || signal === "SIGINT", `It ended with ${code} and ${signal}`);
    assertEquals(isAlive(pid), false);
  });

  test("a signal that comes while they start ends all", { count: 4 }, async (it) => {
    await it.next(/is process/);
    it.signal("SIGTERM");
    assertEquals(await it.ended(), { code: 0, signal: null });
    await it.allEnded;
  });

  test("when the supervisor is killed, all end", { count: 2 }, async (it, port) => {
    await it.several(2, /^(\d+) listens/);
    it.signal("SIGKILL");
    assertEquals((await it.ended()).signal, "SIGKILL");
    await it.allEnded;
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  });

  test("when the supervisor is killed while they start, all end", { count: 2 }, async (it) => {
    await it.next(/is process/);
    it.signal("SIGKILL");
    await it.allEnded;
  });

  test("`restart` replaces one after the other", { count: 2 }, async (it, port) => {
    const before = await it.several(2, /^(\d+) listens/);
    const { pid, closed } = await session(port);
    assert(before.includes(pid));
    it.say("restart");
    await it.next(/^restart is done$/);
    assertEquals(await closed, 1001);
    const states = it.lines.filter((line) => / got SIGTERM$| listens on /.test(line))
      .map((line) => line.split(" ")[1]);
    assertEquals(states, ["listens", "listens", "got", "listens", "got", "listens"]);
    assertEquals(before.filter(isAlive), []);
  });

  test("`stop` ends all, may be called twice, and ends a `restart`", { count: 2 }, async (it) => {
    await it.several(2, /^(\d+) listens/);
    for (const command of ["restart", "stop", "stop"] as const) await it.say(command);
    await it.several(2, /^(stop) is done$/);
    await until(() => it.count(/^restart failed: .* they are being stopped$/) === 1);
    assertEquals(it.count(/listens/), 2);
    await it.say("end");
    assertEquals(await it.ended(), { code: 0, signal: null });
  });

  test("what a worker starts is no worker", { instead: "child" }, async (it) => {
    assertEquals(await it.several(1, /^number (\d)$/), ["0"]);
  });

  test("a worker cannot start workers", { instead: "start workers" }, async (it) => {
    await it.next(/ended with 1; /);
    assertEquals(it.count(/^Worker 1 is process/), 1);
  });

  for (const lost of ["stdout", "stderr"] as const) {
    test(
      `a supervisor that logs to ${lost} outlives its reader`,
      { instead: "idle", lost },
      async (it) => {
        for (let ends = 0; ends < 4; ends++) {
          const [pid = ""] = await it.several(1, /^(\d+) runs as worker 1$/);
          Deno.kill(Number(pid), "SIGKILL");
        }
        it.signal("SIGTERM");
        assertEquals(await it.ended(), { code: 0, signal: null });
      },
    );
  }

  test(
    "a supervisor lives on while its runtime is missing",
    { execPath: "/nowhere/runtime", count: 2 },
    async (it) => {
      await it.several(4, /^Worker (\d) could not be started: .*; the next one starts in \d+ ms$/);
      it.signal("SIGTERM");
      assertEquals(await it.ended(), { code: 0, signal: null });
    },
  );

  for (const variable of ["0", "-1", "01", "1.5", "1e3", "0x10", "Infinity", " 1", "1234567"]) {
    test(
      `${JSON.stringify(variable)} in SOCKJS_WORKER is no number of a worker`,
      { instead: "say its number", variable },
      async (it) => {
        assertEquals(await it.several(1, /^number (.*)$/), ["0"]);
      },
    );
  }

  test(
    "one that was started without a supervisor runs, or says why it ends",
    { instead: "say its number", variable: "1", lost: "stdout" },
    async (it) => {
      const { code } = await it.ended();
      await it.next(code === 0 ? /^number 1$/ : /^Worker 1 ends: .* SOCKJS_WORKER/);
    },
  );

  test("a log that throws does no harm", { instead: "end", logThrows: true }, async (it) => {
    await it.several(2, /ended with (0); /);
  });
}

if (await runtimeCommand("node20") !== undefined) {
  Deno.test("workers on node20: port 0 is the same port for all", async () => {
    const plan = { count: 3, port: 0 };
    await using it = await SupervisorProcess.start("node20", plan);
    const ports = await it.several(3, /listens on (\d+)$/);
    assertEquals(new Set(ports).size, 1);
  });
}
