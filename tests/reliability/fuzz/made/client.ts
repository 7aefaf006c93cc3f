/**
 * Client actions that all cases with a service of their own share.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Client } from "../client.ts";

/** Sends a message to the application, over HTTP. */
export async function says(client: Client, base: string, message: string): Promise<void> {
  const body = new TextEncoder().encode(JSON.stringify([message]));
  const latin = String.fromCharCode(...body);
  const { status, body: response } = await client.exchange("POST", `${base}/xhr_send`, "", latin);
  assertEquals([status, response], [204, ""], `sending ${message}`);
}

/** Closes the service; then none of its connections is left. */
export async function endService(client: Client, prefix: string): Promise<void> {
  const { status, body } = await client.exchange("GET", `/end${prefix}`, "");
  assertEquals([status, body], [200, "0"], "connections of a service that is closed");
}
