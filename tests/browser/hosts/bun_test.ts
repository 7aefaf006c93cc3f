/** The stock client in a browser, with servers on Bun. */

import { testBrowserOn } from "../runtime.ts";

testBrowserOn("bun");
await import("../all_tests.ts");
