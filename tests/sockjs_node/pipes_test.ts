/** Tests of pipes from connections to streams, on each runtime. */

import { cases } from "./cases/pipes.ts";
import { onEachRuntime } from "./on_each_runtime.ts";

onEachRuntime(new URL("cases/pipes.ts", import.meta.url), cases);
