/**
 * Sets of things by channel: listeners, or other members that have some.
 *
 * @module
 */

/** Things by channel. A channel without things takes no memory. */
export class ByChannel<Thing> {
  readonly #things = new Map<string, Set<Thing>>();

  get channels(): IterableIterator<string> {
    return this.#things.keys();
  }

  of(channel: string): ReadonlySet<Thing> | undefined {
    return this.#things.get(channel);
  }

  /** Returns whether it is the channel's first. */
  add(channel: string, thing: Thing): boolean {
    const things = this.#things.get(channel);
    if (things !== undefined) things.add(thing);
    else this.#things.set(channel, new Set([thing]));
    return things === undefined;
  }

  /** Returns whether it was the channel's last. */
  remove(channel: string, thing: Thing): boolean {
    const things = this.#things.get(channel);
    if (!things?.delete(thing) || things.size > 0) return false;
    return this.#things.delete(channel);
  }

  /** Removes one from all channels. */
  removeAll(thing: Thing): void {
    for (const channel of this.#things.keys()) this.remove(channel, thing);
  }
}

/**
 * Runs a function with each thing that a set has now, unless it is removed before its turn. What is
 * added meanwhile has no turn: it could be added again and again.
 */
export function forEachPresent<Thing>(
  things: ReadonlySet<Thing> | undefined,
  run: (thing: Thing) => void,
): void {
  if (things === undefined) return;
  for (const thing of [...things]) if (things.has(thing)) run(thing);
}
