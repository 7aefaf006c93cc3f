/**
 * Refuses options with unknown names, and finds the name that was probably meant.
 *
 * @module
 */

/**
 * Refuses options whose name is not among the known ones.
 *
 * @param cannot the beginning of the message: what fails.
 * @throws {TypeError} With the nearest known name, if one is near.
 */
export function refuseUnknown(cannot: string, options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !known.includes(name)) {
      throw new TypeError(`${cannot}: unknown option ${name}${hint(name, known)}`);
    }
  }
}

/** The end of a sentence about a name that does not exist. */
export function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** The known name that takes the fewest edits, if that is at most a third of the letters. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.floor(name.length / 3) + 1;
  for (const candidate of known) {
    // Skipped, so that a long name costs no more than a short one.
    if (Math.abs(candidate.length - name.length) >= least) continue;
    if (name.length > 2 * candidate.length) continue;
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
