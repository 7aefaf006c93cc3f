/** Tests of the stock client against a server process per host. */

import { theEnd } from "./every_transport.ts";
import "./stock_client/opening.ts";
import "./stock_client/choosing.ts";
import "./stock_client/messages.ts";
import "./stock_client/texts.ts";
import "./stock_client/closing.ts";
import "./stock_client/together.ts";
import "./stock_client/vanishing.ts";

theEnd();
