import { npm } from "./project.ts";

/**
 * Waits until no other process makes anything in `npm/`, and keeps them all
 * waiting until the lock is disposed of. The system frees the lock of a process
 * that dies.
 */
export async function lock(): Promise<Disposable> {
  await Deno.mkdir(npm, { recursive: true });
  const file = await Deno.open(new URL(".lock", npm), { create: true, write: true });
  await file.lock(true);
  return file;
}
