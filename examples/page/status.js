// How a connection is, for eyes and for screen readers.

const element = document.getElementById("status");
const [, title, detail] = element.children;

/**
 * @param {"idle" | "connecting" | "open" | "closed"} state
 * @param {string} what in a word or two
 * @param {string} more what there is to add
 */
export function show(state, what, more = "") {
  element.dataset.state = state;
  title.textContent = what;
  detail.textContent = more;
}
