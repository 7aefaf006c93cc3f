/** A page that runs the functions that its opener calls: the smoke page, or a test. */

import * as checks from "./checks.js";
import { Connection } from "./connection.js";

// As the page of htmlfile does: where this counts, it reaches none but such parents.
document.domain = location.hostname;

globalThis.tab = { ...checks, Connection };
