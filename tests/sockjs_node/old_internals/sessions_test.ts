/** See `cases/sessions.ts`. */

import { cases } from "./cases/sessions.ts";
import { onEachRuntime } from "../on_each_runtime.ts";

onEachRuntime(new URL("cases/sessions.ts", import.meta.url), cases);
