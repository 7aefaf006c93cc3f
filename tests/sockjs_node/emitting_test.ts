/** See `cases/emitting.ts`. */

import { cases } from "./cases/emitting.ts";
import { onEachRuntime } from "./on_each_runtime.ts";

onEachRuntime(new URL("cases/emitting.ts", import.meta.url), cases);
