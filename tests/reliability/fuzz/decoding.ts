/**
 * A second, simple implementation of payload decoding, by the protocol's rules (sections 4 and 6).
 *
 * @module
 */

/** The messages of a send, or why it has none. */
export function meaningOfBody(text: string): readonly string[] | string {
  if (text.length === 0) return "Payload expected.";
  const parsed = parsedJson(text);
  if (parsed === undefined) return "Broken JSON encoding.";
  return messagesIn(parsed.value) ?? "Payload expected.";
}

/** The messages of a websocket's text; `undefined` where it is broken. */
export function meaningOfText(text: string): readonly string[] | undefined {
  if (text.length === 0) return [];
  const parsed = parsedJson(text);
  return messagesIn(typeof parsed?.value === "string" ? [parsed.value] : parsed?.value);
}

/** The payload in a form: its first field `d`. */
export function fieldOfForm(form: string): string {
  for (const [name, value] of new URLSearchParams(form)) if (name === "d") return value;
  return "";
}

function parsedJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function messagesIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === "string")
    ? value
    : undefined;
}
