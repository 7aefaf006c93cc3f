/**
 * Packets between two servers: each is one payload on the bus.
 *
 * A packet is a line of JSON (its head) and then the texts of its pieces, one after the other. The
 * head is a list: the lowest and the highest version that the sender speaks, the members of
 * `Packet`, and the length of each piece. Later versions never change the first three items.
 *
 * @module
 */

/** What one server sends to another at once. */
export interface Packet {
  /** The sender's incarnation: 1 to 64 hex digits. */
  readonly from: string;
  /** The sender's generation of this link, from 1; grows with each break. */
  readonly generation: number;
  /** The receiver's generation as the sender knows it; 0 if it does not yet. */
  readonly peerGeneration: number;
  /** The number of the first piece, from 1. Without pieces, that of the next. */
  readonly first: number;
  /**
   * All pieces of the peer's generation up to this number have arrived. `resetAck`: that generation
   * has been broken at the sender.
   */
  readonly ack: number;
  /** Whether the sender wants a sign of life. */
  readonly wantsAnswer: boolean;
  readonly pieces: readonly Piece[];
}

/** A message, or a part of one. */
export interface Piece {
  readonly text: string;
  /** Whether the message goes on in the next piece. */
  readonly isPart: boolean;
}

/** The `ack` that tells the receiver that its generation, `peerGeneration`, has been broken. */
export const resetAck = -1;
/** The most pieces of a packet. */
export const maxPieces = 4096;
/** Bytes that a head takes at most, its pieces apart. */
export const headSize = 192;
/** Bytes that a piece takes in the head at most. */
export const pieceSize = 10;

/** The version that is described here. */
const version = 1;
/** Characters of the longest head. */
const maxHead = headSize + maxPieces * pieceSize;

/** The payload for a packet. */
export function encodePacket(packet: Packet): string {
  const { from, generation, peerGeneration, first, ack, wantsAnswer, pieces } = packet;
  let head = `[${version},${version},"${from}",${generation},${peerGeneration},${first},${ack},` +
    `${wantsAnswer ? 1 : 0}`;
  let texts = "";
  for (const { text, isPart } of pieces) {
    // A part has at least one character, so its length can be negative.
    head += `,${isPart ? -text.length : text.length}`;
    texts += text;
  }
  return `${head}]\n${texts}`;
}

/** The packet of a payload, unless it is anything else. */
export function decodePacket(payload: unknown): Packet | undefined {
  const head = headOf(payload);
  if (head === undefined || !speaks(head[0], head[1])) return undefined;
  const [, , , generation, peerGeneration, first, ack, wantsAnswer] = head as number[];
  const isValid = isCount(generation, 1) && isCount(peerGeneration, 0) && isCount(first, 1) &&
    (isCount(ack, 0) || (ack === resetAck && peerGeneration! > 0)) &&
    (wantsAnswer === 0 || wantsAnswer === 1);
  if (!isValid) return undefined;
  const pieces = piecesOf(payload as string, head);
  if (pieces === undefined || !Number.isSafeInteger(first! + pieces.length)) return undefined;
  return {
    from: head[2] as string,
    generation: generation!,
    peerGeneration: peerGeneration!,
    first: first!,
    ack: ack!,
    wantsAnswer: wantsAnswer === 1,
    pieces,
  };
}

/** A server that cannot be understood. */
export interface ForeignSender {
  readonly from: string;
  /** The lowest and the highest version that it speaks. */
  readonly versions: readonly [lowest: number, highest: number];
}

/** Who has sent a payload that is a packet of other versions, if it is one. */
export function foreignSender(payload: unknown): ForeignSender | undefined {
  const [lowest, highest, from] = headOf(payload) ?? [];
  if (!isCount(lowest, 1) || !isCount(highest, lowest) || speaks(lowest, highest)) return undefined;
  return { from: from as string, versions: [lowest, highest] };
}

/** The items of a head, the third of which is an incarnation. */
function headOf(payload: unknown): unknown[] | undefined {
  if (typeof payload !== "string" || payload[0] !== "[") return undefined;
  const line = payload.slice(0, maxHead + 1);
  const end = line.indexOf("\n");
  if (end < 0) return undefined;
  try {
    const head: unknown = JSON.parse(line.slice(0, end));
    return Array.isArray(head) && isIncarnation(head[2]) ? head : undefined;
  } catch {
    return undefined;
  }
}

function piecesOf(payload: string, head: readonly unknown[]): Piece[] | undefined {
  if (head.length - 8 > maxPieces) return undefined;
  const pieces: Piece[] = [];
  let at = payload.indexOf("\n") + 1;
  for (let i = 8; i < head.length; i++) {
    const length = head[i];
    if (typeof length !== "number" || !Number.isSafeInteger(length)) return undefined;
    const end = at + Math.abs(length);
    if (end > payload.length) return undefined;
    pieces.push({ text: payload.slice(at, end), isPart: length < 0 });
    at = end;
  }
  return at === payload.length ? pieces : undefined;
}

function isIncarnation(item: unknown): boolean {
  return typeof item === "string" && /^[0-9a-f]{1,64}$/.test(item);
}

function speaks(lowest: unknown, highest: unknown): boolean {
  return isCount(lowest, 1) && isCount(highest, lowest) && lowest <= version && version <= highest;
}

function isCount(item: unknown, lowest: number): item is number {
  return typeof item === "number" && Number.isSafeInteger(item) && item >= lowest;
}
