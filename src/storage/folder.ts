import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { syncFolder } from '../sync-folder.ts';
import { FilePieces } from './file-pieces.ts';
import { ContentLostError, type ContentStore } from './store.ts';
import { writeWholeFile } from './whole-file.ts';

/** Keeps contents as files of a folder, which is made for the first one. */
export function folderStore(folder: string): ContentStore {
  const root = resolve(folder);
  const pathOf = (location: string) => join(root, location);
  return {
    async write(location, content) {
      const path = pathOf(location);
      await makeFolder(dirname(path));
      await writeWholeFile(path, content);
      await syncFolder(dirname(path));
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
