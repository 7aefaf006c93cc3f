/** All facts, on Deno.serve, for sessions of another server. */

import { testCarriedFactsOn } from "../../support/fact.ts";

testCarriedFactsOn("deno");
await import("../all_facts.ts");
