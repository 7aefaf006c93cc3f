/** Prints what a check has found. */
export function say(what: string, result: string): void {
  console.log(`[check] ${what}: ${result}`);
}

/** A size for people: `98.4 kB`. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
