/** Tests of the stock client in a browser, against a server process per runtime. */

import { theEnd } from "./runtimes.ts";
import "./every_transport.ts";
import "./at_the_same_time.ts";
import "./fallback.ts";
import "./smoke_page.ts";

theEnd();
