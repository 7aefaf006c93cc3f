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
  existsSync,
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
/** What is only there for a moment, unless its process is killed meanwhile. */
const hiddenEnd = ".new";
const draftEnd = ".draft";
/** Milliseconds after which it is removed. */
const moment = 10_000;

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
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const uid = process.getuid?.();
    const info = lstatSync(path);
    if (!info.isDirectory()) throw new Error(`${path} is not a folder`);
    if (uid === undefined) return;
    if (info.uid !== uid) throw new Error(`${path} belongs to another user`);
    if ((info.mode & 0o077) !== 0) {
      throw new Error(`${path} is open to other users; its mode must be 700`);
    }
  }

  /** Where a member listens before others may find it. */
  hiddenSocket(id: string): string {
    return this.#checked(join(this.path, id + hiddenEnd));
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
    return existsSync(join(this.path, id + socketEnd));
  }

  /** The members that have a socket, and the last registry. */
  list(): { members: string[]; registry: RegistryEntry | undefined } {
    const members: string[] = [];
    let last = 0;
    for (const name of readdirSync(this.path)) {
      if (name.endsWith(socketEnd)) members.push(name.slice(0, -socketEnd.length));
      else if (name.startsWith(registryStart)) {
        last = Math.max(last, Number(name.slice(registryStart.length)) || 0);
      } else if (name.endsWith(hiddenEnd) || name.endsWith(draftEnd)) this.#removeOld(name);
    }
    const id = last > 0 ? this.#read(registryStart + last) : undefined;
    return { members, registry: id === undefined ? undefined : { number: last, id } };
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
      const other = Number(name.slice(registryStart.length));
      if (name.startsWith(registryStart) && other < number) this.#remove(name);
    }
    return true;
  }

  /** The secret that all members share. The first one makes it. */
  secret(): string {
    this.#create("secret", randomBytes(32).toString("hex"));
    const secret = this.#read("secret");
    if (secret === undefined) throw new Error(`the secret in ${this.path} is missing`);
    return secret;
  }

  /** Makes a file with its whole content, unless it is there. */
  #create(name: string, content: string): boolean {
    const draft = join(this.path, randomBytes(8).toString("hex") + draftEnd);
    writeFileSync(draft, content, { mode: 0o600 });
    try {
      linkSync(draft, join(this.path, name));
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "EEXIST") return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  #read(name: string): string | undefined {
    try {
      return readFileSync(join(this.path, name), "utf8");
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
