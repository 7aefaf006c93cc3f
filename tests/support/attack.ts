/**
 * Registers attacks: facts that also check that the server is unharmed afterwards.
 *
 * @module
 */

import { fact, type FactOptions } from "./fact.ts";
import type { TestServer } from "./test_server.ts";
import { Control } from "./control.ts";

/**
 * Registers a fact about hostile input. Afterwards the process must live, must have been
 * silent, must still serve the sessions that it had, and the next request.
 */
export function attack(
  section: string,
  sentence: string,
  holds: (server: TestServer) => Promise<void>,
  options: FactOptions = {},
): void {
  fact(section, sentence, async (server) => {
    // Not kept longer: Deno ends websockets whose client reads nothing for half a minute.
    using survivor = await Control.open(server);
    await holds(server);
    await survivor.echoes(server);
    await server.roundTrip();
  }, options);
}
