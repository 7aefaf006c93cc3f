/** All facts, on Deno's node:http. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("deno-node");
await import("../all_facts.ts");
