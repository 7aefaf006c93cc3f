"use strict";

// Of the same module as the server's sessions: webpack-dev-server changes `Session.prototype`.
const { Session } = require("../script/src/adapters/sockjs_node/old_internals/lib_transport.js");
exports.Session = Session;
