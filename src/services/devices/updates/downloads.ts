import { and, eq, ne, sql } from 'drizzle-orm';
import type { Database } from '../../../database/connect.ts';
import { ofEachDatabase, prepared } from '../../../database/prepared.ts';
import { actions } from '../../../database/tables/actions.ts';
import { distributionSetModules } from '../../../database/tables/distribution-sets.ts';
import { artifactContents, artifacts } from '../../../database/tables/software.ts';
import { artifactNotFound, softwareModuleNotFound } from '../../../errors.ts';
import { messagesOf, SERVER_MESSAGE } from '../../deployments/actions/messages.ts';
import { boundedCache } from '../../shared/bounded-cache.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import {
  ARTIFACT_COLUMNS,
  type Artifact,
  ofItsContent,
  readArtifacts,
  withoutLocation,
} from '../../software/artifacts/artifact.ts';
import { type Download, downloadOf, type ExternalFile } from '../../software/artifacts/download.ts';
import type { Device } from '../polling/device.ts';
import { tellAction } from '../reports/tell.ts';
import type { SetContents } from './deployment-content.ts';

/** The files of a module that the device was ever to have. @throws SOFTWARE_MODULE_NOT_FOUND */
export async function findOwnArtifacts(
  { database }: Platform,
  { tenant: { tenantId }, targetId }: Device,
  moduleId: number,
): Promise<Artifact[]> {
  const [action] = await findActionWith(database).execute({ tenantId, targetId, moduleId });
  if (!action) throw softwareModuleNotFound(String(moduleId));
  return (await readArtifacts(database, tenantId, eq(artifacts.moduleId, moduleId))).map(withoutLocation);
}

/** A file that the device is to have now, and the action that says so. */
export interface OwnDownload {
  actionId: number;
  download: Download | ExternalFile;
}

/**
 * A file of a module that the device is to have now.
 * @throws SOFTWARE_MODULE_NOT_FOUND, also where the update is over or is to be stopped; ARTIFACT_NOT_FOUND
 */
export async function openOwnArtifact(
  platform: Platform & { sets: SetContents },
  device: Device,
  { moduleId, filename }: { moduleId: number; filename: string },
): Promise<OwnDownload> {
  const { database } = platform;
  const {
    tenant: { tenantId },
    targetId,
  } = device;
  const known = await findInNextSet(platform, device, moduleId, filename);
  if (known) return known;
  const [file] = await findFile(database).execute({ tenantId, targetId, moduleId, filename });
  if (file) return { actionId: file.actionId, download: downloadOf(platform, file.artifact) };
  const [action] = await findActionWith(database).execute({ tenantId, targetId, moduleId });
  throw action?.wanted ? artifactNotFound(filename, ['filename']) : softwareModuleNotFound(String(moduleId));
}

/** The same from memory, for what the device is to do next: nearly all that is downloaded. */
async function findInNextSet(
  platform: Platform & { sets: SetContents },
  { tenant, next }: Device,
  moduleId: number,
  filename: string,
): Promise<OwnDownload | undefined> {
  if (!next || next.kind === 'cancelAction') return undefined;
  const chunks = await platform.sets.read(tenant, next.setId);
  const file = chunks
    .find((chunk) => chunk.moduleId === moduleId)
    ?.artifacts.find((artifact) => artifact.filename === filename);
  return file && { actionId: next.actionId, download: downloadOf(platform, file) };
}

const isWanted = sql<boolean>`(${actions.active} AND ${actions.status} <> 'canceling')`;

const withModule = and(
  eq(distributionSetModules.tenantId, actions.tenantId),
  eq(distributionSetModules.setId, actions.setId),
  eq(distributionSetModules.moduleId, sql.placeholder('moduleId')),
);
const ofTheDevice = and(
  eq(actions.tenantId, sql.placeholder('tenantId')),
  eq(actions.targetId, sql.placeholder('targetId')),
  ne(actions.status, 'scheduled'),
);
const inTurn = sql`${isWanted} DESC, ${actions.weight} DESC, ${actions.id}`;

/** An action of the device about a set with that module; one that it has still to do, where there is such a one. */
const findActionWith = prepared((database: Database) =>
  database
    .select({ wanted: isWanted })
    .from(actions)
    .innerJoin(distributionSetModules, withModule)
    .where(ofTheDevice)
    .orderBy(inTurn)
    .limit(1)
    .prepare('device_action_with'),
);

/** The same, if the device has still to do it and the module has a file of that name. */
const findFile = prepared((database: Database) =>
  database
    .select({ actionId: actions.id, artifact: ARTIFACT_COLUMNS })
    .from(actions)
    .innerJoin(distributionSetModules, withModule)
    .innerJoin(
      artifacts,
      and(
        eq(artifacts.tenantId, distributionSetModules.tenantId),
        eq(artifacts.moduleId, distributionSetModules.moduleId),
        eq(artifacts.filename, sql.placeholder('filename')),
      ),
    )
    .leftJoin(artifactContents, ofItsContent)
    .where(and(ofTheDevice, isWanted))
    .orderBy(inTurn)
    .limit(1)
    .prepare('device_file'),
);

/** Downloads that were noted last: those who fetch a file again and again cost no statement. */
const NOTED_AT_MOST = 20_000;
const notedIn = ofEachDatabase(() => boundedCache<string, true>(NOTED_AT_MOST));

/**
 * Notes that a device fetches a file as a whole, and by which path, once for each action and path. A history that is
 * full takes no more of these.
 */
export async function noteDownload(
  device: ActorContext,
  actionId: number,
  { filename, path }: { filename: string; path: string },
): Promise<void> {
  const noted = notedIn(device.database);
  const key = `${device.caller.tenantId}/${actionId}/${path}`;
  if (noted.has(key)) return;
  const messages = messagesOf([`${SERVER_MESSAGE}Target downloads ${path}`]);
  await tellAction(
    device,
    actionId,
    (_, { isFull, isNoted }) =>
      isFull || isNoted
        ? undefined
        : {
            entry: { status: 'download', messages },
            changesTarget: false,
            event: 'action.download-begun',
            details: { filename: { new: filename } },
          },
    { noted: messages[0] },
  );
  noted.set(key, true);
}
