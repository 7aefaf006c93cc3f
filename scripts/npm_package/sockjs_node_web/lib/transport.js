"use strict";

// Of the same module as the server's sessions: webpack-dev-server changes `Session.prototype`.
const transport = require("../script/src/adapters/sockjs_node/old_internals/old_transport.js");
exports.Session = transport.Session;
exports.SockJSConnection = transport.SockJSConnection;
exports.Transport = transport.Transport;
