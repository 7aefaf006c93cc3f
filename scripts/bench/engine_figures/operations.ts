/**
 * Counts what an engine is asked for, with a fixed number of messages.
 *
 * @module
 */

import type { PinnedCluster } from "../pinned_cluster.ts";

/** Sessions, and messages of each one. */
const [sessions, messages] = [20, 25];
/** Milliseconds until sessions without a client have ended, and acknowledgements have been sent. */
const [untilEnded, untilAcknowledged] = [8000, 500];

/** How often each operation came for one of something. */
export type Counts = Map<string, number>;

/** Counts them, by what they are for. The cluster shares its sessions. */
export async function countOperations(cluster: PinnedCluster): Promise<Map<string, Counts>> {
  const engine = cluster.engine!;
  const [home, other] = cluster.processes.map(({ port }) => `http://127.0.0.1:${port}`);
  const found = new Map<string, Counts>();
  await pause(untilEnded);

  const idleFrom = performance.now();
  let before = await engine.operations();
  await pause(untilEnded);
  const idle = difference(before, await engine.operations());
  const idleSeconds = (performance.now() - idleFrom) / 1000;
  const second = new Map([...idle].map(([name, count]) => [name, count / idleSeconds]));
  found.set("a second of two idle processes with five servers each", second);

  /** Without what comes anyway. */
  async function count(what: string, times: number, run: () => Promise<unknown>): Promise<void> {
    const from = performance.now();
    before = await engine.operations();
    await run();
    const counts = difference(before, await engine.operations());
    const seconds = (performance.now() - from) / 1000;
    found.set(
      what,
      new Map(
        [...counts].map(([name, count]) =>
          [name, (count - (second.get(name) ?? 0) * seconds) / times] as const
        ).filter(([, count]) => count > 0.05),
      ),
    );
  }

  const open = () => Promise.all(Array.from({ length: sessions }, () => Session.open(home!)));
  const each = (all: Session[], run: (session: Session) => Promise<void>) => async () => {
    await Promise.all(all.map(async (session) => {
      for (let sent = 0; sent < messages; sent++) await run(session);
    }));
    await pause(untilAcknowledged);
  };
  const total = sessions * messages;

  await count("a session that is opened by a poll", sessions, open);
  await count("its end", sessions, () => pause(untilEnded));

  let all = await open();
  const cycle = async (session: Session) => {
    await session.send(other!);
    await session.poll(other!);
  };
  for (const session of all) await cycle(session);
  await count("a carried xhr cycle", total, each(all, cycle));
  await pause(untilEnded);

  for (const [what, receiver] of [["streaming echo", other], ["send", home]] as const) {
    all = await open();
    for (const session of all) {
      await session.stream(receiver!);
      await session.send(other!);
      await session.next();
    }
    const echo = async (session: Session) => {
      await session.send(other!);
      await session.next();
    };
    await count(`a carried ${what}`, total, each(all, echo));
    for (const session of all) await session.leave();
    await pause(untilEnded);
  }

  const [publisher, subscriber] = await Promise.all(
    [home, other].map((base) =>
      Socket.open(`${base}/broadcast/0/${crypto.randomUUID()}/websocket`)
    ),
  );
  await pause(untilAcknowledged);
  await count("a message to a topic with subscribers in both processes", total, async () => {
    for (let sent = 0; sent < total; sent++) {
      publisher!.send();
      await subscriber!.next();
    }
  });
  publisher!.close();
  subscriber!.close();
  return found;
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Counts {
  return new Map(
    [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function post(url: string, status: number, body?: string): Promise<Response> {
  const response = await fetch(url, { method: "POST", ...(body !== undefined && { body }) });
  if (response.status !== status) throw new Error(`${url}: ${response.status}`);
  return response;
}

/** A session over HTTP, whose requests go to any process. */
class Session {
  readonly #path = `/echo/0/${crypto.randomUUID()}`;
  #stream: ReadableStreamDefaultReader<string> | undefined;

  static async open(base: string): Promise<Session> {
    const session = new Session();
    await session.poll(base);
    return session;
  }

  async poll(base: string): Promise<void> {
    await (await post(`${base}${this.#path}/xhr`, 200)).text();
  }

  async send(base: string): Promise<void> {
    await (await post(`${base}${this.#path}/xhr_send`, 204, '["message"]')).body?.cancel();
  }

  /** Opens a stream. */
  async stream(base: string): Promise<void> {
    const { body } = await post(`${base}${this.#path}/xhr_streaming`, 200);
    this.#stream = body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits for the next message on it. */
  async next(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#stream!.read();
      if (done) throw new Error("A stream has ended");
      if (value.includes("a[")) return;
    }
  }

  async leave(): Promise<void> {
    await this.#stream?.cancel();
  }
}

/** A session over a websocket. */
class Socket {
  readonly #socket: WebSocket;
  #got = () => {};

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.onmessage = () => this.#got();
  }

  /** Resolves when the session is open. */
  static async open(url: string): Promise<Socket> {
    const socket = new Socket(url);
    await socket.next();
    return socket;
  }

  send(): void {
    this.#socket.send('["message"]');
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#got = resolve);
  }

  close(): void {
    this.#socket.close();
  }
}
