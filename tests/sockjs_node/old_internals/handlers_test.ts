/** See `cases/handlers.ts`. */

import { cases } from "./cases/handlers.ts";
import { onEachRuntime } from "../on_each_runtime.ts";

onEachRuntime(new URL("cases/handlers.ts", import.meta.url), cases);
