/**
 * Bytes that arrive in parts.
 *
 * @module
 */

const smallest = 1024;
/** Most bodies come in one part, which is taken as it is. */
const empty: Uint8Array = new Uint8Array();

/**
 * Gathers bytes in one growing piece of memory. Each part would come with an object of its
 * own, and with whatever memory it was read into: of parts of one byte, many times as much.
 */
export class ByteBuffer {
  readonly #most: number;
  #memory = empty;
  #length = 0;

  /** @param most How many bytes there may be; no memory is set aside for more. */
  constructor(most = Infinity) {
    this.#most = most;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  /** All of them, until there are more. */
  get bytes(): Uint8Array {
    const memory = this.#memory;
    return this.#length === memory.byteLength ? memory : memory.subarray(0, this.#length);
  }

  /** They as UTF-8, decoded as the Web decodes bodies: without a byte order mark. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** Adds a part, which it does not keep unless that is all there may be. */
  append(part: Uint8Array): void {
    const length = this.#length + part.byteLength;
    if (this.#length === 0 && length === this.#most) this.#memory = part;
    else {
      if (length > this.#memory.byteLength) this.#grow(length);
      this.#memory.set(part, this.#length);
    }
    this.#length = length;
  }

  /** To twice the size, so that a byte is copied no more than once, on average. */
  #grow(length: number): void {
    const twice = Math.max(smallest, 2 * this.#memory.byteLength);
    const memory = new Uint8Array(Math.max(length, Math.min(twice, this.#most)));
    memory.set(this.bytes);
    this.#memory = memory;
  }
}
