// A package that depends on `sockjs`.
exports.sockjs = require("sockjs");
exports.nameOfPackage = require("sockjs/package.json").name;
exports.Session = require("sockjs/lib/transport").Session;
