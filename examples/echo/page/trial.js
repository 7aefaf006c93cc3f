// Opens a transport, and measures how long messages take to the server and back.

/** The stock client's own names, in the order in which it tries them. */
export const TRANSPORTS = [
  "websocket",
  "xhr-streaming",
  "eventsource",
  "iframe-eventsource",
  "htmlfile",
  "iframe-htmlfile",
  "xhr-polling",
  "iframe-xhr-polling",
  "jsonp-polling",
];

const ROUND_TRIPS = 12;
/** Milliseconds between them: the client itself waits up to 25 between its sends. */
const PAUSE = 40;
const PATIENCE = 20_000; // milliseconds, for all of them

/**
 * @typedef {"works" | "not in this browser" | "failed" | "unreachable"} Outcome
 *
 * @param {string} service
 * @param {string} transport
 * @param {(milliseconds: number) => void} ontrip
 * @returns {Promise<Outcome>}
 */
export function tryTransport(service, transport, ontrip) {
  return new Promise((resolve) => {
    const sock = new SockJS(service, null, { transports: transport, timeout: 5000 });
    const late = setTimeout(() => sock.close(), PATIENCE);
    let trips = 0;
    let sent = 0;
    const send = () => {
      if (sock.readyState !== SockJS.OPEN) return;
      sent = performance.now();
      sock.send(`Round trip ${trips + 1}`);
    };
    sock.onopen = send;
    sock.onmessage = () => {
      ontrip(performance.now() - sent);
      if (++trips < ROUND_TRIPS) setTimeout(send, PAUSE);
      else sock.close();
    };
    sock.onclose = ({ code }) => {
      clearTimeout(late);
      resolve(outcomeOf(code, trips, sock));
    };
  });
}

/** @returns {Outcome} */
function outcomeOf(code, trips, sock) {
  if (trips === ROUND_TRIPS) return "works";
  // Not even /info answered, which says nothing about a transport.
  if (code === 1002) return "unreachable";
  // The client does not report that a browser lacks what a transport needs:
  // it then creates no transport at all.
  return sock._transport === undefined && trips === 0 ? "not in this browser" : "failed";
}
