/**
 * The framing of the xhr transports: each frame is a line.
 *
 * @module
 */

/** A frame and a line feed. */
export function line(frame: string): string {
  return frame + "\n";
}
