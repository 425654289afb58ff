import { and, eq, sql, sum } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { artifactContents, artifacts } from '../../../database/tables/software.ts';
import {
  artifactAlreadyExists,
  artifactMismatch,
  artifactStorageFull,
  artifactUploadTooSlow,
  quotaExceeded,
} from '../../../errors.ts';
import { requirePermission } from '../../access/permissions.ts';
import { scopeCondition } from '../../access/scopes.ts';
import { added } from '../../platform/audit/record.ts';
import { limitOf, nearRecord } from '../../platform/quotas.ts';
import { creationStamp } from '../../shared/authorship.ts';
import { change, type Step } from '../../shared/change.ts';
import type { Context } from '../../shared/context.ts';
import { parse } from '../../shared/parse.ts';
import {
  lockOpenModule,
  readModules,
  requireOpen,
  titleOf,
  touchModule,
} from '../software-modules/module.ts';
import { type Artifact, readArtifacts, withoutLocation } from './artifact.ts';
import { type ArtifactDetails, type ReadDetails, ReceivedDetails } from './input.ts';
import { claimOrphan, queueUpForContents, removeOrphans } from './orphans.ts';
import { type Received, receiveContent } from './receive.ts';

const MOST_ARTIFACTS = 50;

export interface UploadArtifact {
  moduleId: number;
  content: AsyncIterable<Uint8Array>;
  /** Called after the whole content was read: in a form, fields may follow the file. */
  details: () => Promise<ArtifactDetails>;
}

/**
 * Adds a file to a software module. A tenant stores the same content only once. When anything fails, nothing of the
 * file is left. Needs CREATE_SOFTWARE_MODULE.
 * @throws SOFTWARE_MODULE_NOT_FOUND, SOFTWARE_MODULE_DELETED, LOCKED, ARTIFACT_EMPTY, ARTIFACT_TOO_LARGE,
 *   ARTIFACT_STORAGE_FULL, STORE_FULL, STORE_UNAVAILABLE, ARTIFACT_ALREADY_EXISTS, ARTIFACT_MD5_MISMATCH,
 *   ARTIFACT_SHA1_MISMATCH, ARTIFACT_SHA256_MISMATCH, QUOTA_EXCEEDED, INVALID_INPUT
 */
export async function uploadArtifact(
  context: Context,
  { moduleId, content, details }: UploadArtifact,
): Promise<Artifact> {
  const { tenantId } = requirePermission(context, 'CREATE_SOFTWARE_MODULE');
  // Checked again when the file has arrived; this early check spares clients a useless transfer.
  const inScope = await scopeCondition(context, 'CREATE_SOFTWARE_MODULE');
  const modules = await readModules(context.database, tenantId, [moduleId], inScope);
  requireOpen(modules.get(moduleId), moduleId);
  const received = await receiveContent(context, content);
  let kept = false;
  try {
    const given = parse(ReceivedDetails, await details());
    refuseMismatch(given, received);
    const lost = await findLost(context, received);
    const { artifact, isKept } = await addArtifact(context, { moduleId, given, received, lost });
    kept = isKept;
    return artifact;
  } finally {
    if (!kept) await removeOrphans(context, tenantId, [received.location]);
  }
}

function refuseMismatch(given: ReadDetails, received: Received): void {
  for (const hash of ['sha1', 'md5', 'sha256'] as const)
    if (given[hash] != null && given[hash] !== received[hash]) throw artifactMismatch(hash, received[hash]);
}

/** @returns the old place of that content, if the store has lost it */
async function findLost({ caller, database, storage }: Context, received: Received) {
  const [known] = await database
    .select({ location: artifactContents.location })
    .from(artifactContents)
    .where(isContent(caller.tenantId, received.sha256));
  if (!known || (await storage.store.sizeOf(known.location)) === received.size) return undefined;
  storage.onLost(known.location);
  return known.location;
}

const isContent = (tenantId: number, sha256: string) =>
  and(eq(artifactContents.tenantId, tenantId), eq(artifactContents.sha256, sha256));

interface Addition {
  moduleId: number;
  given: ReadDetails;
  received: Received;
  /** The old place of the same content, which was lost there. */
  lost: string | undefined;
}

async function addArtifact(
  context: Context,
  { moduleId, given: { filename }, received, lost }: Addition,
): Promise<{ artifact: Artifact; isKept: boolean }> {
  const { tenantId } = context.caller;
  const { sha256, size } = received;
  return change(context, async (tx, changes) => {
    const module = await lockOpenModule(tx, context, 'CREATE_SOFTWARE_MODULE', moduleId);
    await refuseName(tx, tenantId, moduleId, filename);
    const isKept = await keepContent({ tx, context, changes }, received, lost);
    const [made] = await tx
      .insert(artifacts)
      .values({ tenantId, moduleId, filename, sha256, ...creationStamp(context) })
      .returning({ id: artifacts.id });
    await touchModule(tx, context, 'CREATE_SOFTWARE_MODULE', moduleId);
    changes.record({
      type: 'artifact.created',
      subjects: [filename],
      changes: added({ module: titleOf(module), size, sha256 }),
    });
    const [artifact] = await readArtifacts(tx, tenantId, eq(artifacts.id, made!.id));
    return { artifact: withoutLocation(artifact!), isKept };
  });
}

/** The module's row is locked, so that no name is added after this check. @throws ARTIFACT_ALREADY_EXISTS, QUOTA_EXCEEDED */
export async function refuseName(
  tx: Transaction,
  tenantId: number,
  moduleId: number,
  filename: string,
): Promise<void> {
  const present = await tx
    .select({ filename: artifacts.filename })
    .from(artifacts)
    .where(and(eq(artifacts.tenantId, tenantId), eq(artifacts.moduleId, moduleId)));
  if (present.some((artifact) => artifact.filename === filename)) throw artifactAlreadyExists(filename);
  if (present.length >= MOST_ARTIFACTS)
    throw quotaExceeded('artifacts of a software module', MOST_ARTIFACTS, ['moduleId']);
}

/** @returns false where the tenant has that content already: this copy is not needed */
async function keepContent(step: Step, received: Received, lost: string | undefined): Promise<boolean> {
  const { tx, context } = step;
  const { tenantId } = context.caller;
  await queueUpForContents(tx, tenantId);
  const isKept = (await addContent(step, received)) || (await replaceContent(tx, tenantId, received, lost));
  if (isKept && !(await claimOrphan(tx, tenantId, received.location))) throw artifactUploadTooSlow();
  return isKept;
}

async function addContent({ tx, context, changes }: Step, received: Received): Promise<boolean> {
  const { tenantId } = context.caller;
  const { largestTenant } = context.storage;
  const isNew = await tx
    .insert(artifactContents)
    .values({ tenantId, ...received })
    .onConflictDoNothing()
    .returning({ sha256: artifactContents.sha256 });
  if (!isNew.length) return false;
  const [used] = await tx
    .select({
      bytes: sum(artifactContents.size).mapWith(Number),
      most: sql<string>`${limitOf(sql`${tenantId}`, 'artifact_bytes', largestTenant)}`,
    })
    .from(artifactContents)
    .where(eq(artifactContents.tenantId, tenantId));
  const [bytes, most] = [used!.bytes!, Number(used!.most)];
  if (bytes > most) throw artifactStorageFull(most);
  const near = nearRecord({
    kind: 'artifact_bytes',
    before: bytes - received.size,
    used: bytes,
    limit: most,
  });
  for (const record of near) changes.record(record);
  return true;
}

/** Gives a lost content back to all artifacts that have it. */
async function replaceContent(
  tx: Transaction,
  tenantId: number,
  { sha256, location }: Received,
  lost: string | undefined,
): Promise<boolean> {
  if (!lost) return false;
  const replaced = await tx
    .update(artifactContents)
    .set({ location })
    .where(and(isContent(tenantId, sha256), eq(artifactContents.location, lost)))
    .returning({ location: artifactContents.location });
  return replaced.length > 0;
}
