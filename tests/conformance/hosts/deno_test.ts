/** All facts, on Deno.serve. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("deno");
await import("../all_facts.ts");
