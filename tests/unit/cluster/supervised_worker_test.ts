import { assertEquals, assertRejects } from "@std/assert";
import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import process from "node:process";
import { SupervisedWorker } from "../../../src/cluster/supervised_worker.ts";
import { fakeTime, microtasks } from "../../support/fake_time.ts";

/** A process that does nothing. Without an id it could not be started. */
class FakeProcess extends EventEmitter {
  readonly pid: number | undefined;

  constructor(pid: number | undefined) {
    super();
    this.pid = pid;
  }
}

/** Above all ids that systems give, so that signals reach nothing. */
const firstPid = 2 ** 30;

/** A worker whose processes are fake. */
function supervised(start?: () => ChildProcess) {
  const processes: FakeProcess[] = [];
  const lines: string[] = [];
  const worker = new SupervisedWorker(1, {
    killTimeout: 30_000,
    start: start ?? (() => {
      const started = new FakeProcess(firstPid + processes.length);
      processes.push(started);
      return started as unknown as ChildProcess;
    }),
    log: (line) => lines.push(line),
  });
  return { worker, processes, lines, last: () => processes.at(-1)! };
}

Deno.test("the delay doubles up to 30 s, and begins again after a process that ran for 5 s", () => {
  using time = fakeTime();
  const { processes, last } = supervised();
  for (const delay of [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]) {
    const { length } = processes;
    last().emit("exit", 1, null);
    time.tick(delay - 1);
    assertEquals(processes.length, length, `less than ${delay} ms`);
    time.tick(1);
    assertEquals(processes.length, length + 1, `${delay} ms`);
  }
  time.tick(5000);
  const { length } = processes;
  last().emit("exit", 1, null);
  time.tick(100);
  assertEquals(processes.length, length + 1);
});

Deno.test("a start that throws, and one that fails later, are logged and tried again", () => {
  using time = fakeTime();
  const failed = new FakeProcess(undefined);
  let starts = 0;
  const { lines } = supervised(() => {
    if (++starts === 1) throw new Error("no permission");
    return failed as unknown as ChildProcess;
  });
  time.tick(100);
  failed.emit("error", new Error("spawn ENOENT"));
  time.tick(200);
  assertEquals(starts, 3);
  assertEquals(lines, [
    "Worker 1 could not be started: no permission; the next one starts in 100 ms",
    "Worker 1 could not be started: spawn ENOENT; the next one starts in 200 ms",
  ]);
});

Deno.test("an error of a process that runs changes nothing", () => {
  using time = fakeTime();
  const { worker, processes, last } = supervised();
  last().emit("error", new Error("write EPIPE"));
  time.tick(60_000);
  assertEquals([worker.pid, processes.length], [firstPid, 1]);
});

Deno.test("a worker that is stopped while a start waits starts none", async () => {
  using time = fakeTime();
  const { worker, processes, last } = supervised();
  last().emit("exit", 1, null);
  assertEquals(await worker.stop(), true);
  time.tick(60_000);
  assertEquals(processes.length, 1);
});

Deno.test("a process that does not end after SIGTERM counts as killed", async () => {
  using time = fakeTime();
  const { worker, lines, last } = supervised();
  const stopped = Promise.all([worker.stop(), worker.stop()]);
  time.tick(30_000);
  await microtasks();
  last().emit("exit", null, "SIGKILL");
  assertEquals(await stopped, [false, false]);
  assertEquals(lines.at(-1), `Worker 1 (process ${firstPid}) ended with SIGKILL`);
});

Deno.test("a restart resolves when the new process has run for 5 s, and not before", async () => {
  using time = fakeTime();
  const { worker, processes, last } = supervised();
  let isDone = false;
  const restarted = worker.restart().then(() => isDone = true);
  last().emit("exit", 0, null);
  await microtasks();
  assertEquals(processes.length, 2);
  time.tick(4999);
  await microtasks();
  assertEquals(isDone, false);
  time.tick(1);
  await restarted;
});

Deno.test("a restart rejects when the new process ends at once, and others follow", async () => {
  using time = fakeTime();
  const { worker, processes, last } = supervised();
  const restarted = worker.restart();
  last().emit("exit", 0, null);
  await microtasks();
  last().emit("exit", 1, null);
  await assertRejects(() => restarted, Error, "the new worker 1 ended with 1");
  time.tick(100);
  assertEquals(processes.length, 3);
});

Deno.test("a restart rejects when the worker is stopped meanwhile", async () => {
  using _time = fakeTime();
  const { worker, processes, last } = supervised();
  const restarted = worker.restart();
  const stopped = worker.stop();
  last().emit("exit", 0, null);
  await assertRejects(() => restarted, Error, "they are being stopped");
  assertEquals([await stopped, processes.length], [true, 1]);
});

Deno.test("a process that is to restart and then to stop gets SIGTERM once", async () => {
  using _time = fakeTime();
  const { kill } = process;
  const signals: unknown[] = [];
  process.kill = (_pid, signal) => {
    signals.push(signal);
    return true;
  };
  try {
    const { worker, last } = supervised();
    const restarted = worker.restart().catch(() => {});
    const stopped = [worker.stop(), worker.stop()];
    last().emit("exit", 0, null);
    await Promise.all([restarted, ...stopped]);
  } finally {
    process.kill = kill;
  }
  assertEquals(signals, ["SIGTERM"]);
});
