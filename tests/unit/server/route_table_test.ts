import { assertEquals } from "@std/assert";
import { readOptions } from "../../../src/options/settings.ts";
import { createRoutes } from "../../../src/server/route_table.ts";
import { transports } from "../../../src/transports/all.ts";

Deno.test("no transport takes a path of another, but for the sends that they share", () => {
  const { endpoints, pages } = createRoutes(readOptions({}));
  for (const transport of Object.values(transports)) {
    for (const [name, route] of Object.entries(transport.endpoints ?? {})) {
      assertEquals(endpoints.get(name) === route, true, name);
    }
    for (const [name, route] of Object.entries(transport.pages ?? {})) {
      assertEquals(pages.get(name) === route, true, name);
    }
  }
});
