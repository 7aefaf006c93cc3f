/**
 * Plans of services that are made for one case each. The path of a service encodes its plan, so a
 * server can create it on its first request.
 *
 * @module
 */

/** What a service is like. */
export interface Plan {
  /** Options that are numbers. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Options that are functions: which of those there are, by the option's name. */
  readonly functions: Readonly<Record<string, string>>;
  /** What it does with its connections. */
  readonly application: string;
}

/** Where all of them are. */
export const made = "/made/";

/** The path of a service, for one case only. */
export function pathOf({ application, numbers, functions }: Plan, id: string): string {
  const options = Object.entries({ ...numbers, ...functions });
  return made + [application, ...options.map((option) => option.join("=")), id].join(",");
}

/** What the path says; the reverse of {@linkcode pathOf}. */
export function planOf(path: string): Plan {
  const [application = "", ...rest] = path.slice(made.length).split(",");
  const numbers: Record<string, number> = {};
  const functions: Record<string, string> = {};
  for (const each of rest.slice(0, -1)) {
    const [name = "", value = ""] = each.split("=");
    if (/^[0-9]+$/.test(value)) numbers[name] = Number(value);
    else functions[name] = value;
  }
  return { application, numbers, functions };
}
