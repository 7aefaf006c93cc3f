/** Tests of network faults between a server and its clients, with real sockets. */

import { factOfTheEnd } from "../support/fact.ts";
import { hosts } from "./fault.ts";
import "./faults/trickles.ts";
import "./faults/vanishing.ts";
import "./faults/clocks.ts";
import "./faults/listeners.ts";
import "./faults/memory.ts";
import "./faults/stalls.ts";

factOfTheEnd(hosts);
