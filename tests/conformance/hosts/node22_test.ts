/** All facts, on Node 22. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("node22");
await import("../all_facts.ts");
