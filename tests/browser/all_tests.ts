/** All tests of the stock client in a browser, over every transport. */

import { theEnd } from "./runtime.ts";
import "./every_transport.ts";
import "./at_the_same_time.ts";
import "./fallback.ts";

theEnd();
