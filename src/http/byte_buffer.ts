/**
 * A buffer for bytes that arrive in parts.
 *
 * @module
 */

const smallest = 1024;
const empty: Uint8Array = new Uint8Array();

/**
 * Collects bytes in one growing piece of memory. A list of the parts would keep an object for each,
 * and the memory that it was read into: for parts of one byte, many times as much.
 */
export class ByteBuffer {
  readonly #most: number;
  #memory = empty;
  #length = 0;

  /** @param most How many bytes there may be. The buffer never takes more memory than that. */
  constructor(most = Infinity) {
    this.#most = most;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  /** All bytes so far; valid until the next `append`. */
  get bytes(): Uint8Array {
    const memory = this.#memory;
    return this.#length === memory.byteLength ? memory : memory.subarray(0, this.#length);
  }

  /** The bytes decoded as UTF-8, without a byte order mark, as the Web decodes bodies. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /**
   * Adds a part. It is copied, unless it is the whole body, as most are.
   *
   * @param isReused Whether its memory will be used again, so that it has to be copied.
   */
  append(part: Uint8Array, isReused = false): void {
    const length = this.#length + part.byteLength;
    if (this.#length === 0 && length === this.#most && !isReused) this.#memory = part;
    else {
      if (length > this.#memory.byteLength) this.#grow(length);
      this.#memory.set(part, this.#length);
    }
    this.#length = length;
  }

  /** Doubles the size, so that each byte is copied once on average. */
  #grow(length: number): void {
    const twice = Math.max(smallest, 2 * this.#memory.byteLength);
    const memory = new Uint8Array(Math.max(length, Math.min(twice, this.#most)));
    memory.set(this.bytes);
    this.#memory = memory;
  }
}
