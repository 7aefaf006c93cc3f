/**
 * The conformance server, where another server has all sessions of the HTTP transports.
 *
 * @module
 */

import "./carried.ts";
import "./server.ts";
