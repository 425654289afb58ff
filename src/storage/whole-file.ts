import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncFolder } from '../sync-folder.ts';

/** Writes a new file, for its owner only, to the disk. When that fails, nothing of it is left. */
export async function writeWholeFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  const closed = new Promise<void>((resolve) => file.once('close', resolve));
  try {
    await pipeline(content, file);
  } catch (error) {
    // The pipeline fails at once, and the file may be made only after that.
    await closed;
    await rm(path, { force: true });
    throw error;
  }
}

/**
 * The same, also where there is a file already, which stays until the new one is whole. What is no file, such as
 * /dev/null or a pipe, is written to.
 */
export async function replaceFile(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  // Into a folder nothing can be written, which is found out at once.
  if (there && !there.isFile()) return pipeline(content, createWriteStream(path));
  const unfinished = `${path}.unfinished`;
  // As an earlier process may have left it, which was killed.
  await rm(unfinished, { force: true });
  await writeWholeFile(unfinished, content);
  try {
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}
