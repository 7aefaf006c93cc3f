/** See `cases/properties.ts`. */

import { cases } from "./cases/properties.ts";
import { onEachRuntime } from "./on_each_runtime.ts";

onEachRuntime(new URL("cases/properties.ts", import.meta.url), cases);
