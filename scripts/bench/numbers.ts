/**
 * Formats numbers for people.
 *
 * @module
 */

/** With three digits at least, and no more behind the point than that takes. */
export function number(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
