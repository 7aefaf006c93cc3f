/** The faults of a sequence of numbered messages. */
export interface Faults {
  /** Left out: a later one came. */
  lost: number;
  /** Came once more. */
  repeated: number;
  /** Came after a later one. */
  late: number;
}

/** Sees whether the numbers 1, 2, 3, ... come in order, and each once. */
export class Sequence implements Faults {
  /** The highest so far. */
  last = 0;
  repeated = 0;
  late = 0;
  /** Few, if any: most sequences never need it. */
  #missing: Set<number> | undefined;

  /** How many were left out. */
  get lost(): number {
    return this.#missing?.size ?? 0;
  }

  /** Takes note of a number; true if it is the next. */
  take(number: number): boolean {
    if (number === this.last + 1) {
      this.last = number;
      return true;
    }
    if (number > this.last) {
      this.#missing ??= new Set();
      for (let each = this.last + 1; each < number; each++) this.#missing.add(each);
      this.last = number;
    } else if (this.#missing?.delete(number)) {
      this.late++;
    } else {
      this.repeated++;
    }
    return false;
  }
}
