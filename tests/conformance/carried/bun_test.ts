/** All facts, on Bun.serve, for sessions of another server. */

import { testCarriedFactsOn } from "../../support/fact.ts";

testCarriedFactsOn("bun");
await import("../all_facts.ts");
