/** All facts, on Bun.serve. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("bun");
await import("../all_facts.ts");
