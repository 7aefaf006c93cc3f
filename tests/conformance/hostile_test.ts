/** What clients must not be able to do, on every runtime. */

import { factOfTheEnd } from "../support/fact.ts";
import "./hostile/upgrades.ts";
import "./hostile/frames.ts";
import "./hostile/close_frames.ts";
import "./hostile/payloads.ts";
import "./hostile/sizes.ts";
import "./hostile/backlogs.ts";
import "./hostile/names.ts";
import "./hostile/methods.ts";
import "./hostile/header_values.ts";
import "./hostile/smuggling.ts";
import "./hostile/sessions.ts";
import "./hostile/aborts.ts";

factOfTheEnd();
