import { join } from 'node:path';
import type { Config } from '../config.ts';
import { onceAMinute } from '../once-a-minute.ts';
import { watchedStore } from './failure.ts';
import { folderStore } from './folder.ts';
import { s3Store } from './s3.ts';
import type { ContentStore } from './store.ts';

/** Where artifacts are kept, and how much of them there may be. */
export interface ArtifactStorage {
  store: ContentStore;
  /** Hears of contents that were looked for in vain. */
  onLost: (location: string) => void;
  /** Bytes of one artifact. */
  largest: number;
  /** Bytes of all artifacts of a tenant. */
  largestTenant: number;
}

type Settings = Pick<
  Config,
  | 'MUSTER_ARTIFACTS'
  | 'MUSTER_ARTIFACT_SIZE'
  | 'MUSTER_ARTIFACTS_SIZE'
  | 'MUSTER_DATA_DIR'
  | 'MUSTER_S3_ENDPOINT'
>;

/**
 * Opens the storage that the settings name: a folder, or a bucket. `tell` hears a line of each write that fails, and of
 * contents that are lost.
 */
export async function openStorage(config: Settings, tell: (line: string) => void): Promise<ArtifactStorage> {
  const place = config.MUSTER_ARTIFACTS ?? join(config.MUSTER_DATA_DIR, 'artifacts');
  const store = place.startsWith('s3://')
    ? await s3Store(place, config.MUSTER_S3_ENDPOINT)
    : folderStore(place);
  return {
    store: watchedStore(store, tell),
    onLost: tellOfLost(tell),
    largest: config.MUSTER_ARTIFACT_SIZE,
    largestTenant: config.MUSTER_ARTIFACTS_SIZE,
  };
}

/** Of each once a minute. */
function tellOfLost(tell: (line: string) => void): ArtifactStorage['onLost'] {
  const isDue = onceAMinute();
  return (location) => {
    if (isDue(location))
      tell(`the content ${location} is lost from the store: the file must be uploaded again`);
  };
}
