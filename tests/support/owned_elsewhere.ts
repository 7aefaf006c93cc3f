/**
 * A service in two servers: one has all sessions of the HTTP transports, and the other one gets all
 * requests, so that it carries them.
 *
 * @module
 */

import { createServer } from "../../mod.ts";
import { holderOf, readHolder } from "../../src/carrying/claim_value.ts";
import { readClient, readName, toOwner } from "../../src/carrying/exchange_messages.ts";
import { CarriedClientInfo, Owner } from "../../src/carrying/owner.ts";
import type { Bus } from "../../src/cluster/bus.ts";
import { type MemoryBus, MemoryEngine } from "./memory_bus.ts";

type Options = NonNullable<Parameters<typeof createServer>[0]>;
type Server = ReturnType<typeof createServer>;

/** The numbers of claims for owners, above those of their own claims, which have no session yet. */
const prepared = new Set<number>();
let lastPrepared = 1e9;

// An owner opens the sessions itself that the other server claims for it.
const { begun } = Owner.prototype;
Owner.prototype.begun = function (peer, head, body) {
  const [name, client] = [readName(head), readClient(head)];
  if (head[0] === toOwner.receive && prepared.has(name?.number ?? 0) && client !== undefined) {
    const path = client.url.split("?", 1)[0]!.slice(client.prefixLength).split("/");
    const { hash, number, key } = name!;
    const ids = [path[2]!, `${client.url.slice(0, client.prefixLength)}/${path[2]}`];
    const id = ids.find((id) => this.ownership.hashOf(id) === hash);
    if (id !== undefined) {
      prepared.delete(number);
      const { name: cluster } = this.service.settings.cluster!;
      this.ownership.own(id, holderOf(owners.get(cluster)!, number, key !== undefined));
      const context = contexts.get(path[2]!);
      this.service.createSession(new CarriedClientInfo(client), { key, context }, id);
    }
  }
  begun.call(this, peer, head, body);
};

/** The incarnations of owners, by the names of their clusters. */
const owners = new Map<string, string>();
const engine = new MemoryEngine();

/** What `authorize` has returned, by session ids: contexts do not leave their process. */
const contexts = new Map<string, unknown>();

/** The same function; what it returns is noted. */
function noting(authorize: Options["authorize"]): Options["authorize"] {
  if (authorize === undefined) return undefined;
  return (request, ...others) => {
    const result = authorize(request, ...others);
    const id = new URL(request.url).pathname.split("/").at(-2) ?? "";
    const note = (result: unknown) => {
      // Some results throw when they are looked at.
      if (!isPlainGrant(result)) return;
      if (!contexts.has(id)) contexts.set(id, result.context);
    };
    if (isPromise(result)) result.then(note, () => {});
    else note(result);
    return result;
  };
}

function isPlainGrant(result: unknown): result is { context: unknown } {
  try {
    return Object.getOwnPropertyDescriptor(result ?? {}, "context")?.value !== undefined;
  } catch {
    return false;
  }
}

function isPromise(result: unknown): result is Promise<unknown> {
  try {
    return result instanceof Promise;
  } catch {
    return false;
  }
}

/** Makes the service. What is returned is the server that gets the requests. */
export function ownedElsewhere(options: Options): Server {
  const name = `service ${owners.size}`;
  owners.set(name, "");
  const bus = open(options);
  const { subscribe } = bus;
  bus.subscribe = (channel, listener) => {
    const own = `sj:${name}:p:`;
    if (channel.startsWith(own)) owners.set(name, channel.slice(own.length));
    return subscribe.call(bus, channel, listener);
  };
  const cluster = { name, sessions: true, maxCarried: 100_000 };
  const owner = createServer({ ...options, cluster: { ...cluster, bus } });
  const server = createServer({
    ...options,
    authorize: noting(options.authorize),
    cluster: { ...cluster, bus: claimsForOwner(name, open(options)) },
  });
  return sharing(server, owner);
}

function open({ maxMessageSize = 0 }: Options): MemoryBus {
  const bus = engine.open();
  // For messages to topics, which are published as a whole.
  bus.maxPayload = Math.max(bus.maxPayload, 2 * maxMessageSize);
  return bus;
}

/** A bus whose claims are the owner's. */
function claimsForOwner(name: string, bus: Bus): Bus {
  const { claim } = bus;
  bus.claim = (key, value, ttl) => {
    const { hasKey } = readHolder(value)!;
    prepared.add(++lastPrepared);
    return claim.call(bus, key, holderOf(owners.get(name)!, lastPrepared, hasKey).value, ttl);
  };
  return bus;
}

/** Both servers have their listeners in common, and are closed together. */
function sharing(server: Server, owner: Server): Server {
  const { on, close, drain } = server;
  return Object.assign(server, {
    on(...args: Parameters<Server["on"]>) {
      owner.on(...args);
      return on.apply(server, args);
    },
    async close(...args: Parameters<Server["close"]>) {
      await Promise.all([owner.close(...args), close.apply(server, args)]);
    },
    drain() {
      owner.drain();
      drain.call(server);
    },
  });
}
