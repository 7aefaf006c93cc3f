/**
 * Attacks: facts after which the server is as well as it was before.
 *
 * @module
 */

import type { HostName } from "../../hosts.ts";
import { fact, type FactOptions } from "../fact.ts";
import type { TestServer } from "../test_server.ts";
import { Control } from "./control.ts";

const controls = new Map<HostName, Promise<Control>>();

/** The host's control sessions: opened before the first attack. */
function control(server: TestServer): Promise<Control> {
  let control = controls.get(server.host);
  if (control === undefined) {
    control = Control.open(server);
    controls.set(server.host, control);
  }
  return control;
}

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
    const survivor = await control(server);
    await holds(server);
    try {
      await survivor.echoes(server);
    } catch (error) {
      // The attacks after this one need others.
      controls.delete(server.host);
      survivor.close();
      throw error;
    }
    await server.roundTrip();
  }, options);
}

Deno.test.afterAll(async () => {
  for (const control of controls.values()) (await control).close();
});
