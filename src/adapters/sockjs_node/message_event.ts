/**
 * The event `message` of a connection.
 *
 * @module
 */

/** A message event that can be written as it is, as in a sample of sockjs-node 0.1.0. */
export class MessageEvent {
  readonly data: string;

  constructor(data: string) {
    this.data = data;
  }

  toString(): string {
    return this.data;
  }
}
