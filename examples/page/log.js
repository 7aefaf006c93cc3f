// A list that scrolls. It stays at its newest row until someone scrolls up, and
// drops its oldest rows when they become too many.

const CLOSE_ENOUGH = 8; // pixels

export class Log {
  #box;
  #list;
  #limit;
  #newest;
  #following = true;
  #scrolling = false;

  /**
   * @param {HTMLElement} frame with an element .log in it, which has a list, and a button .newest
   * @param {number} limit how many rows are kept
   */
  constructor(frame, limit = 500) {
    this.#box = frame.querySelector(".log");
    this.#list = this.#box.querySelector("ol");
    this.#newest = frame.querySelector(".newest");
    this.#limit = limit;
    this.#box.addEventListener("scroll", () => {
      if (!this.#scrolling) this.#following = this.#isAtNewest();
      this.#newest.hidden = this.#following;
    });
    this.#newest.addEventListener("click", () => {
      this.#box.focus({ preventScroll: true });
      this.#scroll();
    });
    new ResizeObserver(() => this.#following && this.#scroll()).observe(this.#box);
  }

  get lastRow() {
    return this.#list.lastElementChild;
  }

  /** @param {HTMLElement} row */
  add(row) {
    this.change(() => this.#list.append(row));
    while (this.#list.childElementCount > this.#limit) this.#list.firstElementChild.remove();
  }

  clear() {
    this.#list.replaceChildren();
  }

  /** Does what changes the height of rows. Scrolls once, however much is done in a row. */
  change(what) {
    if (!this.#scrolling) {
      this.#following = this.#isAtNewest();
      if (this.#following) this.#scroll();
    }
    what();
  }

  #isAtNewest() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    return scrollHeight - scrollTop - clientHeight < CLOSE_ENOUGH;
  }

  #scroll() {
    this.#scrolling = true;
    requestAnimationFrame(() => {
      this.#scrolling = false;
      this.#box.scrollTop = this.#box.scrollHeight;
    });
  }
}

const ROW_CHARACTERS = 500;
const ARROWS = { sent: "→", received: "←", frame: "←", event: "·", refused: "·" };
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

/**
 * A row for what came, went or happened, with the time.
 *
 * @param {"sent" | "received" | "frame" | "event" | "refused"} kind
 * @param {string} text
 * @param {string} note stands at the end of the row
 */
export function row(kind, text, note = "") {
  const row = document.createElement("li");
  row.className = kind;
  row.innerHTML = `<time></time><span class="arrow" aria-hidden="true"></span>
    <span class="text"><b class="unseen"></b></span><span class="note"></span>`;
  const [time, arrow, body, small] = row.children;
  time.textContent = clock.format(new Date());
  arrow.textContent = ARROWS[kind];
  body.firstChild.textContent = `${kind}: `;
  body.append(text.slice(0, ROW_CHARACTERS));
  if (text.length > ROW_CHARACTERS) body.append(`… (${text.length} in all)`);
  small.textContent = note;
  return row;
}
