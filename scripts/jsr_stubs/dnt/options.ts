/**
 * The options of `build`. Names and meanings are those of `@deno/dnt`, and no type is wider than
 * there: a call that compiles here compiles there.
 *
 * @module
 */

/** A module that users import, and the name of it in the package's `exports`. */
export interface EntryPoint {
  name: string;
  path: string;
}

/** The fields of package.json that are given, and go into it as they are. */
export interface PackageJson {
  name: string;
  version: string;
  exports: Record<string, unknown>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  [field: string]: unknown;
}

/** What to build, and into what. */
export interface BuildOptions {
  /** The first is `.`, and in the folder that all sources are below. */
  entryPoints: EntryPoint[];
  outDir: string;
  /** Where dnt finds `imports`. Here they are left as they are written. */
  configFile: string;
  /** Modules that others are taken in place of; both by their paths. */
  mappings?: Record<string, string>;
  /** None: the stand-in has no shims. */
  shims: Record<string, never>;
  /** `"both"` formats are checked, or none. */
  typeCheck: "both" | false;
  /** Never: the stand-in does not run tests. */
  test: false;
  /** Beside each file, in both formats. */
  declaration: "inline";
  package: PackageJson;
  compilerOptions: {
    target: "ES2022";
    lib: ("ES2022" | "DOM" | "DOM.Iterable" | "ESNext.Disposable")[];
    /** Files of their own, which lead to the sources in `src`. */
    sourceMap: true;
    noUncheckedIndexedAccess?: boolean;
  };
}
