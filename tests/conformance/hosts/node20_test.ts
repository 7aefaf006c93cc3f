/** All facts, on Node 20. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("node20");
await import("../all_facts.ts");
