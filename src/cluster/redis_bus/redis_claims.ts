/**
 * Claims in Redis: keys with a time to live.
 *
 * @module
 */

import type { Claim } from "../bus.ts";

/**
 * Bytes of a value that are read. Others may write as many as Redis takes, 512 MiB, and each request
 * would bring them here.
 */
const maxValue = 64 * 1024;

/** What holds a key. Not every kind of value has a text: one that others have written may be a list. */
const holder = `
local held = redis.pcall("getrange", KEYS[1], 0, ${maxValue - 1})
return type(held) == "string" and held or ""`;

const claimScript = `
if redis.call("set", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then return false end${holder}`;

const findScript = `
if redis.call("exists", KEYS[1]) == 0 then return false end${holder}`;

const renewScript = `
local renewed = {}
for at, key in ipairs(KEYS) do
  renewed[at] = 0
  if redis.pcall("get", key) == ARGV[at + 1] then
    renewed[at] = redis.call("pexpire", key, ARGV[1])
  end
end
return renewed`;

const releaseScript = `
if redis.pcall("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end
return 0`;

/** Claims that are renewed with one command, during which Redis does nothing else. */
const batch = 100;

/** Sends a command, and gives its reply. */
export type RedisCommand = (name: string, args: string[]) => Promise<unknown>;

/** Questions to the engine. */
export class RedisClaims {
  readonly #command: RedisCommand;

  constructor(command: RedisCommand) {
    this.#command = command;
  }

  async claim(key: string, value: string, ttl: number): Promise<string> {
    // A value that is not read as a whole would seem to be another one.
    if (value.length * 3 > maxValue) throw new RangeError("Cannot claim: the value is too long");
    return await this.#ask(claimScript, key, value, milliseconds(ttl)) ?? value;
  }

  async find(key: string): Promise<string | undefined> {
    return await this.#ask(findScript, key);
  }

  async renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    const replies: Promise<unknown>[] = [];
    for (let at = 0; at < claims.length; at += batch) {
      const some = claims.slice(at, at + batch);
      const [keys, values] = [some.map(([key]) => key), some.map(([, value]) => value)];
      const args = [renewScript, String(keys.length), ...keys, milliseconds(ttl), ...values];
      replies.push(this.#command("EVAL", args));
    }
    return (await Promise.all(replies)).flatMap((reply) => (reply as unknown[]).map(Number))
      .map((renewed) => renewed === 1);
  }

  async release(key: string, value: string): Promise<void> {
    await this.#command("EVAL", [releaseScript, "1", key, value]);
  }

  async #ask(script: string, key: string, ...args: string[]): Promise<string | undefined> {
    const reply = await this.#command("EVAL", [script, "1", key, ...args]);
    if (reply === null || typeof reply === "string") return reply ?? undefined;
    // A client may be told to give bytes. Taken for nothing, they would make two the holder.
    throw new TypeError("The client of Redis gives something else than texts");
  }
}

/** Redis takes integers above 0. */
function milliseconds(ttl: number): string {
  return String(Math.max(1, Math.ceil(ttl)));
}
