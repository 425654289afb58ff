import { createWriteStream } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FilePieces } from './file-pieces.ts';
import { ContentLostError, type ContentStore } from './store.ts';

/** Keeps contents as files of a folder, which is made for the first one. */
export function folderStore(folder: string): ContentStore {
  const root = resolve(folder);
  const pathOf = (location: string) => join(root, location);
  return {
    async write(location, content) {
      const path = pathOf(location);
      await makeFolder(dirname(path));
      try {
        await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
        await syncFolder(dirname(path));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },
    async read(location, range) {
      const file = await open(pathOf(location)).catch((error) => {
        throw isMissing(error) ? new ContentLostError(location) : error;
      });
      return new FilePieces(file, range ?? { first: 0, last: (await file.stat()).size - 1 });
    },
    async sizeOf(location) {
      try {
        return (await stat(pathOf(location))).size;
      } catch (error) {
        if (isMissing(error as NodeJS.ErrnoException)) return undefined;
        throw error;
      }
    },
    remove: (location) => rm(pathOf(location), { force: true }),
  };
}

const isMissing = (error: NodeJS.ErrnoException) => error.code === 'ENOENT';

/** Makes a folder and syncs the folder above it, which has a new entry. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!first) return;
  for (let path = folder; ; path = dirname(path)) {
    await syncFolder(dirname(path));
    if (path === first) return;
  }
}

/** Writes a folder's entries to the disk: without this, a synced file could lose its name in a crash. */
async function syncFolder(folder: string): Promise<void> {
  // On Windows folders can't be opened.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
