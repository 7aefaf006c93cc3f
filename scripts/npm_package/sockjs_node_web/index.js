"use strict";

// Programs copy the enumerable names of sockjs-node, so there are no others. Node finds them in
// these assignments, for `import { createServer }`.
const { createServer, listen, Server } = require("./script/src/adapters/sockjs_node.js");
exports.createServer = createServer;
exports.listen = listen;
Object.defineProperty(exports, "Server", { value: Server });
