/** All facts, on Node 24. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("node24");
await import("../all_facts.ts");
