/**
 * Medians and spreads of repeated measurements.
 *
 * @module
 */

/**
 * The value below which a share of all lie, between two of them in proportion.
 *
 * @throws {RangeError} If there are none.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) {
    throw new RangeError("Cannot summarise: there are no values");
  }
  return below + (above - below) * (place - Math.floor(place));
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** With fewer values the quartiles mean nothing; with even fewer, nor does the range. */
const [fewForQuarters, fewForAll] = [6, 3];

/**
 * How far values scatter: their interquartile range, or the whole range where they are few.
 * One or two values say nothing: the result is Infinity.
 */
export function spread(values: readonly number[]): number {
  if (values.length < fewForAll) return Infinity;
  return values.length < fewForQuarters
    ? quantile(values, 1) - quantile(values, 0)
    : interquartileRange(values);
}

/** How far apart the quarters of the values lie: half of them are within. */
export function interquartileRange(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25);
}
