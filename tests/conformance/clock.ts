/**
 * Lets tests set the server's wall clock, and keep its process busy.
 *
 * @module
 */

const now = Date.now;

/** Sets it by as many milliseconds as stand at the end of the URL, and tells the time. */
export function setClock(url: string): string {
  const shift = numberAtTheEnd(url);
  Date.now = () => now() + shift;
  return `${Date.now()}`;
}

/** Keeps the process busy for as many milliseconds as stand at the end of the URL. */
export function standStill(url: string): string {
  const end = performance.now() + numberAtTheEnd(url);
  while (performance.now() < end);
  return "";
}

function numberAtTheEnd(url: string): number {
  return Number(url.slice(url.lastIndexOf("/") + 1));
}
