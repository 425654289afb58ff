import { open } from 'node:fs/promises';

/** Writes a folder's entries to the disk: without this, a synced file could lose its name in a crash of the machine. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
