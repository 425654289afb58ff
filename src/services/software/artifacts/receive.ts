import { createHash, randomUUID } from 'node:crypto';
import { artifactEmpty, artifactTooLarge, storeFull, storeUnavailable } from '../../../errors.ts';
import { StoreFailure } from '../../../storage/failure.ts';
import type { Context } from '../../shared/context.ts';
import type { ContentInfo } from '../content-info/content-info.ts';
import { readContent } from '../content-info/read.ts';
import { noteOrphan, removeOrphans } from './orphans.ts';

/** What the store has taken in, and what it is. */
export interface Received {
  location: string;
  size: number;
  md5: string;
  sha1: string;
  sha256: string;
  /** What it tells about itself; null for a file of no known format. */
  info: ContentInfo | null;
}

/**
 * Stores a content; on the way it is hashed, and what it tells about itself is read. Until it is claimed it counts as an orphan.
 * @throws ARTIFACT_EMPTY, ARTIFACT_TOO_LARGE, STORE_FULL, STORE_UNAVAILABLE; nothing of it is left then
 */
export async function receiveContent(
  context: Context,
  content: AsyncIterable<Uint8Array>,
): Promise<Received> {
  const { caller, database, clock, storage } = context;
  const { tenantId } = caller;
  const location = `${tenantId}/${randomUUID()}`;
  const hashes = { md5: createHash('md5'), sha1: createHash('sha1'), sha256: createHash('sha256') };
  const reader = readContent();
  let size = 0;
  const measured = async function* () {
    for await (const piece of content) {
      size += piece.length;
      if (size > storage.largest) throw artifactTooLarge(storage.largest);
      for (const hash of Object.values(hashes)) hash.update(piece);
      reader.take(piece);
      yield piece;
    }
    if (size === 0) throw artifactEmpty();
  };
  await noteOrphan(database, tenantId, location, clock());
  try {
    await storage.store.write(location, measured());
  } catch (error) {
    await removeOrphans(context, tenantId, [location]);
    if (error instanceof StoreFailure) throw error.isFull ? storeFull() : storeUnavailable();
    throw error;
  }
  return {
    location,
    size,
    md5: hashes.md5.digest('hex'),
    sha1: hashes.sha1.digest('hex'),
    sha256: hashes.sha256.digest('hex'),
    info: reader.finish() ?? null,
  };
}
