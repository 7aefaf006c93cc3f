/** A straight line: y = start + slope * x. */
export interface Line {
  start: number;
  slope: number;
}

/** The line through points with the least squares of distances. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): Line {
  const count = Math.max(points.length, 1);
  const middleX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const middleY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  let products = 0;
  let squares = 0;
  for (const [x, y] of points) {
    products += (x - middleX) * (y - middleY);
    squares += (x - middleX) ** 2;
  }
  const slope = squares === 0 ? 0 : products / squares;
  return { slope, start: middleY - slope * middleX };
}
