/** The stock client in a browser, with servers on Deno. */

import { testBrowserOn } from "../runtime.ts";

testBrowserOn("deno");
await import("../all_tests.ts");
