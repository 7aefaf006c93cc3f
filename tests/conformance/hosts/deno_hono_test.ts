/** All facts, on Deno, through Hono. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("deno-hono");
await import("../all_facts.ts");
