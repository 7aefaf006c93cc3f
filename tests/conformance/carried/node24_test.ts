/** All facts, on Node 24, for sessions of another server. */

import { testCarriedFactsOn } from "../../support/fact.ts";

testCarriedFactsOn("node24");
await import("../all_facts.ts");
