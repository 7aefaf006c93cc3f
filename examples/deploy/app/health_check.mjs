/**
 * Asks the service how it is, and ends with 0 if /info answers 200, else with 1. Containers run it,
 * because their images have no curl.
 */

import process from "node:process";

const { PORT = "8081" } = process.env;
try {
  const response = await fetch(`http://127.0.0.1:${PORT}/echo/info`, {
    signal: AbortSignal.timeout(2000),
  });
  process.exit(response.ok ? 0 : 1);
} catch {
  process.exit(1);
}
