/** All facts, on Bun's node:http. */

import { testFactsOn } from "../../support/fact.ts";

testFactsOn("bun-node");
await import("../all_facts.ts");
