/**
 * How a client's messages arrive: one by one, or many together.
 *
 * @module
 */

import { immediate } from "../../event_loop/turns.ts";

/** How many must have come behind others before more are awaited: those of two turns, at least. */
const enough = 16;
/** More is not remembered: five turns with a single message let it fall below `enough`. */
const most = 64;

let moment = 0;
let counting = false;

/** A number that stays the same until all that has arrived by now was delivered. */
function currentMoment(): number {
  if (!counting) {
    counting = true;
    immediate(endMoment);
  }
  return moment;
}

function endMoment(): void {
  counting = false;
  moment++;
}

/** The messages of one client. */
export class Arrivals {
  /** The moment of the last message, and how many have come in it. */
  #moment = -1;
  #together = 0;
  /** How many came behind others in earlier moments. A moment with one message takes a quarter off. */
  #habit = 0;

  /** A message has come. */
  note(): void {
    const moment = currentMoment();
    if (moment === this.#moment) {
      if (this.#together < enough) this.#together++;
      return;
    }
    if (this.#together > 1) this.#habit = Math.min(this.#habit + this.#together - 1, most);
    else this.#habit -= this.#habit >> 2;
    this.#moment = moment;
    this.#together = 1;
  }

  /**
   * Whether output waits for the end of the turn: if more messages are likely to arrive, or if none
   * has arrived in this turn, so that the output cannot be the response to one. With sixteen
   * messages in flight, an echo then takes a quarter of the time.
   */
  get moreAreLikely(): boolean {
    return this.#habit >= enough || this.#moment !== currentMoment();
  }
}
