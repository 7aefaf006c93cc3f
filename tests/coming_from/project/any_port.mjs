/** Loaded before a program: it listens on a free port instead of its own, and prints the address. */

import { Server } from "node:net";

const { listen } = Server.prototype;
Server.prototype.listen = function () {
  this.once("listening", () => console.log(`http://127.0.0.1:${this.address().port}`));
  return listen.call(this, 0, "127.0.0.1");
};
