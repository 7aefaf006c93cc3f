// What the chat's lists are made of. All that people have written goes in as
// text, never as markup.

const CLOSE_TOGETHER = 180_000; // milliseconds
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

/** @param {{ id: string, name: string }} person */
export function personRow(person) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = person.name;
  row.append(faceOf(person), name);
  return row;
}

/**
 * @param {{ id: string, from: { id: string, name: string }, text: string, at: number }} message
 * @param {boolean} own
 * @param {HTMLElement | null} before the row above, which may be the same person's
 */
export function messageRow({ from, text, at }, own, before) {
  const row = document.createElement("li");
  const goesOn = before?.dataset.from === from.id && at - before.dataset.at < CLOSE_TOGETHER;
  row.className = `message${own ? " own" : ""}${goesOn ? "" : " first"}`;
  row.dataset.from = from.id;
  row.dataset.at = at;
  row.innerHTML = `<div class="who"><b></b><time></time></div><div class="words"></div>`;
  const [who, words] = row.children;
  const [name, time] = who.children;
  who.prepend(faceOf(from));
  name.textContent = own ? "You" : from.name;
  time.textContent = clock.format(at);
  time.dateTime = new Date(at).toISOString();
  words.textContent = text;
  return row;
}

/** @param {string} text */
export function noticeRow(text) {
  const row = document.createElement("li");
  row.className = "notice";
  row.textContent = text;
  return row;
}

function faceOf({ name }) {
  const face = document.createElement("span");
  face.className = "face";
  face.setAttribute("aria-hidden", "true");
  face.style.setProperty("--hue", hueOf(name));
  face.textContent = [...name][0].toUpperCase();
  return face;
}

/** The same for the same name, wherever it is shown. */
function hueOf(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360;
  return hash;
}
