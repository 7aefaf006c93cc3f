// The page of the echo example: explores the transports, and connects with the
// one that is chosen.

import { Console } from "./console.js";
import { Explorer } from "./explorer.js";
import { show } from "../../page/status.js";

const service = new URL("echo", document.baseURI).href;

if (globalThis.SockJS) {
  const explorer = new Explorer(service);
  // From the address: /#xhr-polling
  explorer.choose(location.hash.slice(1));
  const console = new Console(service, () => explorer.chosen);
  explorer.onchoice = (name) => {
    history.replaceState(null, "", name === "" ? location.pathname : `#${name}`);
    console.reconnect();
  };
  console.connect();
  explorer.explore();
} else {
  show("closed", "No client", "sockjs.min.js did not load: is this page served by its example?");
}
