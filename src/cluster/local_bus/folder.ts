/**
 * The private folder in which the members of a local bus find each other.
 *
 * Each member has a socket there, under its own name. The secret is a file. The member that keeps
 * the claims is named in the file `registry-` with the highest number.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const socketEnd = ".sock";
const registryStart = "registry-";
const secretName = "secret";
const hiddenEnd = ".new";
const draftEnd = ".draft";

/** The names of our files. All others are left alone. */
const socketForm = /^([0-9a-f]{16})\.sock$/;
const registryForm = /^registry-([1-9][0-9]{0,14})$/;
/** What is only there for a moment, unless its process is killed meanwhile. */
const momentaryForm = /^[0-9a-f]{16}\.(new|draft)$/;
/** Milliseconds after which it is removed. */
const moment = 10_000;
const secretForm = /^[0-9a-f]{64}$/;

/** The longest path that a socket can have on all systems. */
const maxPath = 103;

/** Who keeps the claims. */
export interface RegistryEntry {
  /** Each later registry has a higher number. */
  readonly number: number;
  /** The member. */
  readonly id: string;
}

/** Where members of a name meet, unless they are told another place. */
export function defaultFolder(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return join(tmpdir(), `sockjs-web-${process.getuid?.() ?? "user"}-${digest}`);
}

/** The folder of a bus. Its methods throw what the file system reports. */
export class Folder {
  readonly path: string;

  /** Makes the folder if it is missing. It must belong to this user alone. */
  constructor(path: string) {
    this.path = path;
    this.#make();
  }

  /**
   * Makes what is missing of the folder and the secret.
   *
   * @param secret The secret that is known.
   * @param warn is told what was missing.
   * @returns The secret that holds now: another one, if another member has made one meanwhile.
   */
  restore(secret: string, warn: (message: string) => void): string {
    if (this.#make()) warn(`The folder of the bus was missing, and is there again: ${this.path}`);
    const found = this.#read(secretName);
    if (found === secret) return secret;
    if (found === undefined) warn("The secret of the bus was missing, and is there again");
    return this.secret(secret);
  }

  /** What went wrong, without the paths of drafts: the same each time, so that it is logged once. */
  explain(what: string, error: unknown): string {
    const { code, message } = error as { code?: string; message: string };
    return `${what}: ${code === undefined ? message : `${code} in ${this.path}`}`;
  }

  /** Where a member listens before others may find it. */
  hiddenSocket(id: string): string {
    return this.#checked(join(this.path, id + hiddenEnd));
  }

  /** Removes what an attempt to listen has left. */
  removeHidden(id: string): void {
    rmSync(this.hiddenSocket(id), { force: true });
  }

  /** Lets others find a member that listens by now. */
  show(id: string): void {
    renameSync(this.hiddenSocket(id), this.socket(id));
  }

  /** Where a member listens. */
  socket(id: string): string {
    return this.#checked(join(this.path, id + socketEnd));
  }

  /** Removes the socket of a member that has ended. No other member ever has its name. */
  removeSocket(id: string): void {
    rmSync(join(this.path, id + socketEnd), { force: true });
  }

  /** Whether a member has a socket. */
  hasSocket(id: string): boolean {
    const path = join(this.path, id + socketEnd);
    return lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
  }

  /** The members that have a socket, and the last registry. */
  list(): { members: string[]; registry: RegistryEntry | undefined } {
    this.#check();
    const members: string[] = [];
    let last = 0;
    for (const name of readdirSync(this.path)) {
      const id = socketForm.exec(name)?.[1];
      if (id !== undefined) members.push(id);
      else if (momentaryForm.test(name)) this.#removeOld(name);
      else last = Math.max(last, registryNumber(name));
    }
    if (last === 0) return { members, registry: undefined };
    return { members, registry: { number: last, id: this.#read(registryStart + last) ?? "" } };
  }

  /**
   * Makes a member the registry after that of the given number.
   *
   * @returns False if another one was faster.
   */
  becomeRegistry(id: string, number: number): boolean {
    if (!this.#create(registryStart + number, id)) return false;
    // A later one may have removed the file of this number before.
    const { registry } = this.list();
    if (registry === undefined || registry.number > number) {
      this.#remove(registryStart + number);
      return false;
    }
    for (const name of readdirSync(this.path)) {
      const other = registryNumber(name);
      if (other > 0 && other < number) this.#remove(name);
    }
    return true;
  }

  /**
   * The secret that all members share. The first one makes it.
   *
   * @param known What it is to be if it is missing or broken.
   */
  secret(known: string = randomBytes(32).toString("hex")): string {
    const before = this.#read(secretName);
    if (before !== undefined && secretForm.test(before)) return before;
    if (before !== undefined) this.#remove(secretName);
    this.#create(secretName, known);
    const secret = this.#read(secretName);
    if (secret !== undefined) return secret;
    throw new Error(`the secret in ${this.path} is missing`);
  }

  /** Returns whether the folder was missing. */
  #make(): boolean {
    const wasMissing = lstatSync(this.path, { throwIfNoEntry: false }) === undefined;
    if (wasMissing) mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.#check();
    return wasMissing;
  }

  /** Again and again, for another user may have put another folder in its place. */
  #check(): void {
    const uid = process.getuid?.();
    const info = lstatSync(this.path);
    if (!info.isDirectory()) {
      const isLink = info.isSymbolicLink();
      throw new Error(`${this.path} is not a folder${isLink ? ", but a link" : ""}`);
    }
    if (uid === undefined) return;
    if (info.uid !== uid) {
      throw new Error(`${this.path} belongs to another user: choose another folder`);
    }
    if ((info.mode & 0o077) !== 0) {
      throw new Error(`${this.path} is open to other users; its mode must be 700`);
    }
  }

  /** Makes a file with its whole content, unless it is there. */
  #create(name: string, content: string): boolean {
    const draft = join(this.path, randomBytes(8).toString("hex") + draftEnd);
    try {
      writeFileSync(draft, content, { mode: 0o600 });
      linkSync(draft, join(this.path, name));
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "EEXIST") return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** The content of a file, `undefined` if it is missing; empty if it is no file, for a pipe would block. */
  #read(name: string): string | undefined {
    const path = join(this.path, name);
    try {
      return lstatSync(path).isFile() ? readFileSync(path, "utf8") : "";
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined;
      throw error;
    }
  }

  #removeOld(name: string): void {
    const info = lstatSync(join(this.path, name), { throwIfNoEntry: false });
    if (info !== undefined && Date.now() - info.mtimeMs > moment) this.#remove(name);
  }

  #remove(name: string): void {
    rmSync(join(this.path, name), { force: true });
  }

  #checked(path: string): string {
    if (path.length <= maxPath) return path;
    throw new Error(`the path ${path} is too long for a socket; choose a shorter folder`);
  }
}

/** The number of a registry's file, 0 for other names. */
function registryNumber(name: string): number {
  return Number(registryForm.exec(name)?.[1] ?? 0);
}
