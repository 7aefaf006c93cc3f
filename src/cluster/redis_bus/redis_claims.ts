/**
 * Claims in Redis: keys with a time to live.
 *
 * @module
 */

import type { Claim } from "../bus.ts";

/** For engines before Redis 7, whose SET knows either NX or GET. */
const claimScript = `
if redis.call("set", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then return false end
return redis.call("get", KEYS[1])`;

const renewScript = `
local renewed = {}
for at, key in ipairs(KEYS) do
  renewed[at] = 0
  if redis.call("get", key) == ARGV[at + 1] then
    renewed[at] = redis.call("pexpire", key, ARGV[1])
  end
end
return renewed`;

const releaseScript = `
if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end
return 0`;

/** Claims that are renewed with one command, during which Redis does nothing else. */
const batch = 100;

/** Sends a command, and gives its reply. */
export type RedisCommand = (name: string, args: string[]) => Promise<unknown>;

/** Questions to the engine. */
export class RedisClaims {
  readonly #command: RedisCommand;
  /** Whether SET knows NX and GET at once, as far as is known. */
  #isModern = true;

  constructor(command: RedisCommand) {
    this.#command = command;
  }

  async claim(key: string, value: string, ttl: number): Promise<string> {
    return asText(await this.#claim(key, value, milliseconds(ttl))) ?? value;
  }

  async find(key: string): Promise<string | undefined> {
    return asText(await this.#command("GET", [key]));
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

  async #claim(key: string, value: string, ttl: string): Promise<unknown> {
    if (this.#isModern) {
      try {
        return await this.#command("SET", [key, value, "NX", "GET", "PX", ttl]);
      } catch (error) {
        if (!/syntax error/i.test(String(error))) throw error;
        this.#isModern = false;
      }
    }
    return await this.#command("EVAL", [claimScript, "1", key, value, ttl]);
  }
}

function asText(reply: unknown): string | undefined {
  return typeof reply === "string" ? reply : undefined;
}

/** Redis takes integers above 0. */
function milliseconds(ttl: number): string {
  return String(Math.max(1, Math.ceil(ttl)));
}
