import { and, eq, sql } from 'drizzle-orm';
import { isAmong } from '../../database/bulk.ts';
import { actions } from '../../database/tables/actions.ts';
import { distributionSetModules } from '../../database/tables/distribution-sets.ts';
import { artifacts } from '../../database/tables/software.ts';
import { artifactNotFound, softwareModuleNotFound } from '../../errors.ts';
import { addEntryIfRoom } from '../actions/entries.ts';
import { SERVER_MESSAGE } from '../actions/write.ts';
import { type Artifact, readArtifacts, withoutLocation } from '../artifacts/artifact.ts';
import { type Download, downloadOf } from '../artifacts/download.ts';
import { change } from '../change.ts';
import type { Acting, Platform } from '../context.ts';
import type { Device } from './device-cache.ts';
import { lockOwnAction } from './own-action.ts';
import { idOf } from './retrieve.ts';

/** The files of a module that the device was ever to have. @throws SOFTWARE_MODULE_NOT_FOUND */
export async function findOwnArtifacts(
  platform: Platform,
  device: Device,
  moduleId: number,
): Promise<Artifact[]> {
  const action = await findActionWith(platform, device, moduleId);
  if (!action) throw softwareModuleNotFound(String(moduleId));
  const its = isAmong(artifacts.moduleId, [moduleId]);
  return (await readArtifacts(platform.database, device.tenant.tenantId, its)).map(withoutLocation);
}

/** A file that the device is to have now, and the action that says so. */
export interface OwnDownload {
  actionId: number;
  download: Download;
}

/**
 * A file of a module that the device is to have now.
 * @throws SOFTWARE_MODULE_NOT_FOUND, also where the update is over or is to be stopped; ARTIFACT_NOT_FOUND
 */
export async function openOwnArtifact(
  platform: Platform,
  device: Device,
  { moduleId, filename }: { moduleId: number; filename: string },
): Promise<OwnDownload> {
  const action = await findActionWith(platform, device, moduleId);
  if (!action?.wanted) throw softwareModuleNotFound(String(moduleId));
  const its = and(isAmong(artifacts.moduleId, [moduleId]), eq(artifacts.filename, filename));
  const [artifact] = await readArtifacts(platform.database, device.tenant.tenantId, its);
  if (!artifact) throw artifactNotFound(filename, ['filename']);
  return { actionId: action.id, download: downloadOf(platform, artifact) };
}

const isWanted = sql<boolean>`(${actions.active} AND ${actions.status} <> 'canceling')`;

/** An action of the device about a set with that module; one that it has still to do, where there is such a one. */
async function findActionWith(
  { database }: Platform,
  { tenant: { tenantId }, targetId }: Device,
  moduleId: number,
) {
  const [action] = await database
    .select({ id: actions.id, wanted: isWanted })
    .from(actions)
    .innerJoin(
      distributionSetModules,
      and(
        eq(distributionSetModules.tenantId, actions.tenantId),
        eq(distributionSetModules.setId, actions.setId),
        isAmong(distributionSetModules.moduleId, [moduleId]),
      ),
    )
    .where(
      and(
        eq(actions.tenantId, tenantId),
        eq(actions.targetId, targetId),
        sql`${actions.status} <> 'scheduled'`,
      ),
    )
    .orderBy(sql`${isWanted} DESC, ${actions.weight} DESC, ${actions.id}`)
    .limit(1);
  return action;
}

/** Notes that a device fetches a file as a whole; a history that is full takes no more of these. */
export async function noteDownload(
  device: Acting,
  actionId: number,
  { filename }: { filename: string },
): Promise<void> {
  await change(device, async (tx, changes) => {
    const action = await lockOwnAction(tx, device, actionId);
    const messages = [`${SERVER_MESSAGE}the device downloads ${filename}`];
    if (!(await addEntryIfRoom(tx, device, action, { status: 'download', messages }))) return;
    changes.reported([device.caller.username]);
    changes.record({
      type: 'action.download-begun',
      subjects: [device.caller.username],
      changes: { ...idOf(action), filename: { new: filename } },
    });
  });
}
