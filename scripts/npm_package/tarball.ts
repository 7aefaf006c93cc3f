import { run } from "../run.ts";
import { npm } from "./project.ts";

/** What npm would publish. */
export interface Tarball {
  /** Where the file is. */
  path: string;
  /** Bytes to download. */
  size: number;
  /** Bytes on the disk. */
  unpackedSize: number;
  /** How many files are in it. */
  entryCount: number;
}

/** Packs what is in `npm/`, or in another folder, into a folder. */
export async function pack(folder: string, packed: string | URL = npm): Promise<Tarball> {
  const printed = await run(
    ["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder],
    { cwd: packed },
  );
  const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(printed);
  return { path: `${folder}/${filename}`, size, unpackedSize, entryCount };
}
