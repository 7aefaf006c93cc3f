/**
 * What a NATS bus needs of the client that it is given, `@nats-io/transport-node` and `@nats-io/kv`.
 *
 * @module
 */

/** A connection, as `connect` of `@nats-io/transport-node` gives it. */
export interface NatsConnection {
  /** What the server has said of itself. Absent while there is no connection. */
  readonly info?: NatsServerInfo | undefined;
  /** Sends a message. Says nothing if it is lost. */
  publish(subject: string, payload: Uint8Array): void;
  /** Subscribes, and does so anew after each interruption. */
  subscribe(subject: string, options: NatsSubscriptionOptions): NatsSubscription;
  /** Resolves when the server has everything that was sent before. */
  flush(): Promise<void>;
  /** Tells of interruptions. */
  status(): AsyncIterable<NatsStatus>;
  /** Whether it is closed for good. */
  isClosed(): boolean;
}

/** What a server says of itself. */
export interface NatsServerInfo {
  /** Another one after each start. */
  readonly server_id: string;
  /** The largest payload, in bytes. */
  readonly max_payload: number;
}

/** How a bus subscribes. */
export interface NatsSubscriptionOptions {
  /** Gets each message, or why the server refuses the subscription. */
  callback(error: Error | null, message: NatsMessage): void;
}

/** A message. */
export interface NatsMessage {
  /** Its payload. */
  readonly data: Uint8Array;
}

/** A subscription. */
export interface NatsSubscription {
  /** Ends it. */
  unsubscribe(): void;
}

/** An event of a connection. */
export interface NatsStatus {
  /** Its name, such as `disconnect`. */
  readonly type: string;
}

/** A bucket for claims, as `Kvm` of `@nats-io/kv` gives it. */
export interface NatsBucket {
  /** The newest entry of a key. */
  get(key: string): Promise<NatsEntry | null>;
  /** Writes an entry, and returns its revision. */
  put(key: string, value: string, options?: NatsWriteOptions): Promise<number>;
  /** Deletes the entry of a key. */
  delete(key: string, options?: NatsWriteOptions): Promise<void>;
  /** The state of the bucket. */
  status(): Promise<NatsBucketStatus>;
}

/** When to write. */
export interface NatsWriteOptions {
  /** The revision that the key must have; 0 if it must have none. */
  previousSeq: number;
}

/** An entry of a bucket. */
export interface NatsEntry {
  /** Whether it is a value, or says that there is none any more. */
  readonly operation: string;
  /** Its number. Each write to the bucket has a greater one. */
  readonly revision: number;
  /** When it was written, by the server's clock. */
  readonly created: Date;
  /** Its value. */
  string(): string;
}

/** The state of a bucket. */
export interface NatsBucketStatus {
  /** Milliseconds after which entries end, or 0. */
  readonly ttl: number;
  /** The stream that has the entries. */
  readonly streamInfo: {
    readonly created: string;
    readonly state: { readonly last_seq: number };
    readonly config: { readonly num_replicas: number };
  };
}

/** Errors of JetStream, by their number. */
const wrongRevision: readonly unknown[] = [10071, 10164];
const noBucket = 10059;

/** Whether a write has failed because the key had another revision. */
export function isWrongRevision(error: unknown): boolean {
  return wrongRevision.includes(codeOf(error));
}

/** Whether there is no such bucket. */
export function isBucketGone(error: unknown): boolean {
  return codeOf(error) === noBucket;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined;
}

/** The error that an event tells of. */
export function errorOf(status: NatsStatus): { readonly name: string; readonly message: string } {
  const { error } = status as { error?: unknown };
  return error instanceof Error ? error : { name: "error", message: String(error) };
}
