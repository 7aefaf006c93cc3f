/**
 * A bucket of NATS in memory, whose clock and state tests change.
 *
 * @module
 */

import type {
  NatsBucket,
  NatsBucketStatus,
  NatsEntry,
  NatsWriteOptions,
} from "../../src/adapters/nats.ts";

/** An error of JetStream. */
class BucketError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`JetStream error ${code}`);
    this.code = code;
  }
}

/** By revision. */
export class FakeBucket implements NatsBucket {
  readonly #entries = new Map<string, NatsEntry>();
  #lastRevision = 0;
  /** Milliseconds by which its clock is ahead. */
  clockOffset = 0;
  ttl = 3_600_000;
  created = "first";
  replicas = 1;
  isGone = false;
  /** Names of the methods that were called. */
  readonly calls: string[] = [];
  /** Happens before a write, once. */
  beforeWrite: (() => void) | undefined;

  get(key: string): Promise<NatsEntry | null> {
    return this.#answer("get", () => this.#entries.get(key) ?? null);
  }

  put(key: string, value: string, options?: NatsWriteOptions): Promise<number> {
    return this.#answer("put", () => this.#write(key, "PUT", value, options));
  }

  async delete(key: string, options?: NatsWriteOptions): Promise<void> {
    await this.#answer("delete", () => this.#write(key, "DEL", "", options));
  }

  status(): Promise<NatsBucketStatus> {
    return this.#answer("status", () => {
      const state = { last_seq: this.#lastRevision };
      const config = { num_replicas: this.replicas };
      return { ttl: this.ttl, streamInfo: { created: this.created, state, config } };
    });
  }

  /** Writes as another process does. */
  write(key: string, value: string): void {
    this.#write(key, "PUT", value);
  }

  /** Its last writes are lost. */
  rollBack(revision: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.revision > revision) this.#entries.delete(key);
    }
    this.#lastRevision = revision;
  }

  get lastRevision(): number {
    return this.#lastRevision;
  }

  async #answer<Result>(name: string, answer: () => Result): Promise<Result> {
    this.calls.push(name);
    if (this.isGone) throw new BucketError(10059);
    if (name !== "get" && name !== "status") {
      const before = this.beforeWrite;
      this.beforeWrite = undefined;
      before?.();
    }
    return await Promise.resolve(answer());
  }

  #write(key: string, operation: string, value: string, options?: NatsWriteOptions): number {
    const expected = options?.previousSeq;
    const found = this.#entries.get(key)?.revision ?? 0;
    if (expected !== undefined && expected !== found) throw new BucketError(10071);
    const revision = ++this.#lastRevision;
    const created = new Date(Date.now() + this.clockOffset);
    this.#entries.set(key, { operation, revision, created, string: () => value });
    return revision;
  }
}
