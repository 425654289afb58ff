import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

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
