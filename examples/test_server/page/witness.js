/** Asks the test server what it recorded about a connection. */

import { patience } from "./connection.js";

/** How the server's application got it: `{ protocol }`. */
export const opened = (server, id) => ask(server, "opened", id);

/** The `close` event of the server's application: `{ code, reason, wasClean }`. */
export const closed = (server, id) => ask(server, "closed", id);

async function ask(server, what, id) {
  const signal = AbortSignal.timeout(patience);
  let answers = 0;
  try {
    while (true) {
      const response = await fetch(`${server}/witness/${what}?session=${id}`, { signal });
      if (response.ok) return await response.json();
      await response.body?.cancel();
      answers++;
    }
  } catch (error) {
    throw new Error(
      `The server did not report that the connection has ${what}, ` +
        `but reported ${answers} times that it has not: ${error.message}`,
    );
  }
}
