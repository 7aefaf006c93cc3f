/** Imports the modules that its arguments name, and prints what that changed in the process. */

import { EventEmitter } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import process from "node:process";
import stream from "node:stream";

/** What all modules share: the globals, their values, and Node's classes. */
const shared: Record<string, object> = { globalThis, http, net, stream, EventEmitter };
for (const name of Reflect.ownKeys(globalThis)) {
  // Some are made when they are read for the first time.
  const value = readGlobal(name);
  if (typeof value === "function") shared[String(name)] = value;
}
for (const [name, value] of Object.entries(shared)) {
  const prototype = (value as { prototype?: object }).prototype;
  if (prototype !== undefined) shared[`${name}.prototype`] = prototype;
}
for (const name of ["Server", "IncomingMessage", "ServerResponse"] as const) {
  shared[`http.${name}.prototype`] = http[name].prototype;
}

function readGlobal(name: string | symbol): unknown {
  try {
    return Reflect.get(globalThis, name);
  } catch {
    return undefined;
  }
}

type Snapshot = Map<string, Map<string | symbol, PropertyDescriptor>>;

function snapshot(): Snapshot {
  return new Map(
    Object.entries(shared).map(([name, object]) => [
      name,
      new Map(
        Reflect.ownKeys(object).map((key) => [
          key,
          Reflect.getOwnPropertyDescriptor(object, key) ?? {},
        ]),
      ),
    ]),
  );
}

const fields = ["value", "get", "set", "writable", "enumerable", "configurable"] as const;

function changes(before: Snapshot, after: Snapshot): string[] {
  const found: string[] = [];
  for (const [name, properties] of after) {
    const earlier = before.get(name) ?? new Map();
    for (const key of new Set([...earlier.keys(), ...properties.keys()])) {
      const [old, now] = [earlier.get(key), properties.get(key)];
      const isSame = fields.every((field) => Object.is(old?.[field], now?.[field]));
      if (!isSame) found.push(`${name} ${String(key)}`);
    }
  }
  return found;
}

/** Made anew whenever they are read. */
const volatile = new Set(changes(snapshot(), snapshot()));

const require = createRequire(import.meta.url);
const result: Record<string, unknown> = {};
for (const argument of process.argv.slice(2)) {
  const [how = "", specifier = ""] = argument.split(/ (.*)/);
  const before = snapshot();
  const events = process.eventNames().length;
  const imported = how === "require" ? require(specifier) : await import(specifier);
  const changed = changes(before, snapshot()).filter((each) => !volatile.has(each));
  if (process.eventNames().length !== events) changed.push("listeners of process");
  result[argument] = { exports: Object.keys(imported).length > 0, changed };
}
console.log(JSON.stringify(result));
