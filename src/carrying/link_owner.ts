/**
 * What a link between two servers needs of its owner.
 *
 * @module
 */

/** Limits of a link. */
export interface LinkSettings {
  /** Milliseconds without an expected sign of life after which the link breaks. */
  readonly peerTimeout: number;
  /** Bytes of the largest payload, as UTF-8; at least 1,024. */
  readonly maxPayload: number;
  /** Characters of the longest message. A longer one breaks the link. */
  readonly maxMessage: number;
}

/** What the peer of a link makes it keep. */
export interface LinkLoad {
  /** Pieces that the peer has not acknowledged. */
  readonly unacknowledged: number;
  /** Characters of a message whose end has not come. */
  readonly parts: number;
  /** When the peer was heard, by `performance.now()`. */
  readonly heardAt: number;
}

/** What a link needs. */
export interface LinkOwner {
  /** Sends a payload to the peer's channel. May reject or throw. Resolves with `published`'s count. */
  publish(payload: string): Promise<number | undefined>;
  /**
   * How many processes it has reached, where that is known. The link knows by itself what has not
   * arrived.
   */
  readonly published?: (count: number | undefined) => void;
  /** A message of the peer, in order and once. */
  message(text: string): void;
  /** All that was under way in either direction is lost. What is sent from now on is not. */
  broken(): void;
}

/** Publishes. What does not arrive is sent again, so how it ends does not matter. */
export function publishFor(owner: LinkOwner, payload: string): void {
  try {
    owner.publish(payload).then(owner.published, ignore);
  } catch {
    // As if it were lost.
  }
}

function ignore(): void {}
