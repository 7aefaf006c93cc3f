/**
 * The framing of both xhr transports: a frame is a line.
 *
 * @module
 */

/** A frame and a line feed. */
export function line(frame: string): string {
  return frame + "\n";
}
