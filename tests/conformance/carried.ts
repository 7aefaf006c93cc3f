/**
 * Replaces the services of the conformance server by ones whose requests are carried.
 *
 * @module
 */

import { ownedElsewhere } from "../support/owned_elsewhere.ts";
import { creation } from "./creation.ts";

creation.createServer = ownedElsewhere as typeof creation.createServer;
