import { join } from 'node:path';
import type { Config } from '../config.ts';
import { onceAMinute } from '../once-a-minute.ts';
import { watchedStore } from './failure.ts';
import { folderStore } from './folder.ts';
import { s3Store } from './s3.ts';
import { openSmallContents, type SmallContents } from './small-contents.ts';
import type { ContentStore } from './store.ts';

/** Where artifacts are stored, and their limits. */
export interface ArtifactStorage {
  store: ContentStore;
  small: SmallContents;
  /** Called for contents that are missing in the store. */
  onLost: (location: string) => void;
  /** Most bytes of one artifact. */
  largest: number;
  /** Most bytes of all artifacts of a tenant. */
  largestTenant: number;
}

type Settings = Pick<
  Config,
  | 'MUSTER_ARTIFACTS'
  | 'MUSTER_ARTIFACT_SIZE'
  | 'MUSTER_ARTIFACTS_SIZE'
  | 'MUSTER_ARTIFACTS_CACHE'
  | 'MUSTER_DATA_DIR'
  | 'MUSTER_S3_ENDPOINT'
>;

/**
 * Opens the storage of the settings: a folder or a bucket. `tell` gets one line for each failed write and for lost
 * contents.
 */
export async function openStorage(config: Settings, tell: (line: string) => void): Promise<ArtifactStorage> {
  const place = config.MUSTER_ARTIFACTS ?? join(config.MUSTER_DATA_DIR, 'artifacts');
  const store = place.startsWith('s3://')
    ? await s3Store(place, config.MUSTER_S3_ENDPOINT)
    : folderStore(place);
  return {
    store: watchedStore(store, tell),
    small: openSmallContents(store, config.MUSTER_ARTIFACTS_CACHE),
    onLost: tellOfLost(tell),
    largest: config.MUSTER_ARTIFACT_SIZE,
    largestTenant: config.MUSTER_ARTIFACTS_SIZE,
  };
}

/** Logs each content once a minute. */
function tellOfLost(tell: (line: string) => void): ArtifactStorage['onLost'] {
  const isDue = onceAMinute();
  return (location) => {
    if (isDue(location))
      tell(`the content ${location} is lost from the store: the file must be uploaded again`);
  };
}
