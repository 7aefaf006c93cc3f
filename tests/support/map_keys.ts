/**
 * Sees the keys of maps and sets.
 *
 * @module
 */

/** The texts that become keys of maps and sets while a function runs. */
export function keysDuring(run: () => void): Set<string> {
  const { set } = Map.prototype;
  const { add } = Set.prototype;
  const keys: unknown[] = [];
  Map.prototype.set = function (key, value) {
    keys.push(key);
    return set.call(this, key, value);
  };
  Set.prototype.add = function (value) {
    keys.push(value);
    return add.call(this, value);
  };
  try {
    run();
  } finally {
    Map.prototype.set = set;
    Set.prototype.add = add;
  }
  return new Set(keys.filter((key) => typeof key === "string"));
}
