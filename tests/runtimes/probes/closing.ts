/**
 * Probes of how websockets close.
 *
 * @module
 */

import { outcome, turn } from "../here.ts";
import { serveSockets } from "../serve_sockets.ts";
import type { TcpClient } from "../tcp_client.ts";
import { emptyCloseFrame, openSocket, readClose, textFrame } from "../websocket_client.ts";

/** The events at the server when a client does something. */
async function eventsAfter(act: (client: TcpClient) => void): Promise<string[]> {
  const events: string[] = [];
  const closed = Promise.withResolvers<void>();
  const client = await openSocket(serveSockets({
    error: () => events.push("error"),
    close(code) {
      events.push(`close ${code}`);
      closed.resolve();
    },
  }));
  await turn();
  act(client);
  await closed.promise;
  return events;
}

/** Events by what the client does last. */
export async function endsByTheClient() {
  return {
    vanishes: await eventsAfter((client) => client.vanish()),
    closesWithoutACode: await eventsAfter((client) => client.write(emptyCloseFrame())),
    sendsNoFrame: await eventsAfter((client) => client.write("\xff".repeat(8))),
  };
}

/** The close frame that a client sees, or what `close` throws. */
async function closeWith(code: number, reason: string) {
  const thrown = Promise.withResolvers<{ throws: string }>();
  const client = await openSocket(serveSockets({
    open(socket) {
      const result = outcome(() => socket.close(code, reason));
      if (result !== undefined) thrown.resolve(result);
    },
  }));
  const seen = await Promise.race([readClose(client), thrown.promise]);
  client.vanish();
  return seen;
}

/** What happens with codes that RFC 6455 does not allow to send. */
export async function invalidCodes() {
  return {
    999: await closeWith(999, ""),
    1005: await closeWith(1005, ""),
    1006: await closeWith(1006, ""),
    1015: await closeWith(1015, ""),
    5000: await closeWith(5000, ""),
  };
}

/** What becomes of a reason by its length in bytes: that of the seen one. */
export async function longReasons() {
  const lengthOf = async (length: number) => {
    const seen = await closeWith(3000, "x".repeat(length));
    return typeof seen === "object" && "reason" in seen ? seen.reason.length : seen;
  };
  return { 123: await lengthOf(123), 124: await lengthOf(124) };
}

/** What a client sees that sends three messages of which the first closes. */
async function closeAtAMessage(when: (close: () => void) => void) {
  let first = true;
  const client = await openSocket(serveSockets({
    message(socket) {
      if (first) when(() => socket.close(3000, ""));
      first = false;
    },
  }));
  client.write(["a", "b", "c"].map(textFrame).join(""));
  const seen = await readClose(client);
  client.vanish();
  return seen;
}

/** A close while messages are still to be read. */
export async function closeAmongMessages() {
  return {
    inTheListener: await closeAtAMessage((close) => close()),
    inAMicrotask: await closeAtAMessage(queueMicrotask),
    aTurnLater: await closeAtAMessage((close) => setImmediate(close)),
  };
}

/** How long an unanswered close is watched, in ms. */
const watch = 2000;

/** The connection, and the event, after a close frame that is not answered. */
export async function unansweredClose() {
  let closed = false;
  const client = await openSocket(serveSockets({
    open: (socket) => socket.close(3000, ""),
    close() {
      closed = true;
    },
  }));
  await readClose(client);
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, watch);
  await Promise.race([client.toEnd(), over.promise]);
  clearTimeout(timer);
  await turn();
  const seen = { connectionOver: client.over, closed };
  client.vanish();
  return seen;
}
