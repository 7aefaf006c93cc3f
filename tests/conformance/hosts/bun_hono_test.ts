/** All facts, on Bun, through Hono. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("bun-hono");
await import("../all_facts.ts");
