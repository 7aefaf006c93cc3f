/**
 * The claims that the registry of a local bus keeps.
 *
 * @module
 */

/** A claim, and when it ends. */
interface Claim {
  readonly value: string;
  /** By `performance.now()`. */
  end: number;
}

/** Keys with the values that hold them, each for a time. */
export class Claims {
  readonly #claims = new Map<string, Claim>();

  /** How many there are, ended ones included until `sweep`. */
  get size(): number {
    return this.#claims.size;
  }

  /** Claims a key unless it is held; returns who holds it. */
  claim(key: string, value: string, ttl: number): string {
    const held = this.find(key);
    if (held !== undefined) return held;
    this.#claims.set(key, { value, end: performance.now() + ttl });
    return value;
  }

  /** Who holds a key. */
  find(key: string): string | undefined {
    const claim = this.#claims.get(key);
    if (claim === undefined || claim.end > performance.now()) return claim?.value;
    this.#claims.delete(key);
    return undefined;
  }

  /** Sets the end of a claim anew, if the value holds it. */
  renew(key: string, value: string, ttl: number): boolean {
    if (this.find(key) !== value) return false;
    this.#claims.get(key)!.end = performance.now() + ttl;
    return true;
  }

  /** Ends a claim, if the value holds it. */
  release(key: string, value: string): void {
    if (this.#claims.get(key)?.value === value) this.#claims.delete(key);
  }

  /** Forgets those that have ended. */
  sweep(): void {
    const now = performance.now();
    for (const [key, { end }] of this.#claims) if (end <= now) this.#claims.delete(key);
  }

  /** Forgets all. */
  clear(): void {
    this.#claims.clear();
  }
}
