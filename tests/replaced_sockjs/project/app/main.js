import { message } from "./message.js";

function show() {
  document.title = message;
}

show();
// A change of this file reloads the page, and one of message.js does not.
module.hot.accept("./message.js", show);
