/**
 * Lets tests set the server's wall clock, and keep its process busy.
 *
 * @module
 */

const now = Date.now;

/** Shifts the clock by the milliseconds at the end of the URL, and returns its time. */
export function setClock(url: string): string {
  const shift = numberAtTheEnd(url);
  Date.now = () => now() + shift;
  return `${Date.now()}`;
}

/** Keeps the process busy for the milliseconds at the end of the URL. */
export function standStill(url: string): string {
  const end = performance.now() + numberAtTheEnd(url);
  while (performance.now() < end);
  return "";
}

function numberAtTheEnd(url: string): number {
  return Number(url.slice(url.lastIndexOf("/") + 1));
}
