/** All facts, on Node, through Hono. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("node-hono");
await import("../all_facts.ts");
