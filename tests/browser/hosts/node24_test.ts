/** The stock client in a browser, with servers on Node 24. */

import { testBrowserOn } from "../runtime.ts";

testBrowserOn("node24");
await import("../all_tests.ts");
