/**
 * Sends arbitrary bytes to a server, and reads its first response.
 *
 * @module
 */

import { fromLatin1 } from "./bytes.ts";
import { type RawResponse, readHead, readWhole } from "./raw_response.ts";
import type { TestServer } from "./test_server.ts";

/** Header lines of a request, each with its line end. */
export function lines(headers: Record<string, string>): string {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
}

/**
 * Sends bytes, one a character, on a connection of their own.
 *
 * @returns The whole response; `undefined` where the server ended the connection instead.
 */
export async function responseTo(
  server: TestServer,
  bytes: string,
): Promise<RawResponse | undefined> {
  using connection = await server.connect();
  await connection.write(fromLatin1(bytes));
  const head = await readHead(connection.reader);
  if (head === undefined) return undefined;
  return await readWhole(connection.reader, head, bytes.slice(0, bytes.indexOf(" ")));
}

/** The status of the response; `undefined` where there was none. */
export async function statusOf(server: TestServer, bytes: string): Promise<number | undefined> {
  return (await responseTo(server, bytes))?.status;
}
