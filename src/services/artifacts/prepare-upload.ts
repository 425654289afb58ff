import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { artifacts } from '../../database/tables/software.ts';
import { artifactAlreadyExists } from '../../errors.ts';
import { requirePermission } from '../access/permissions.ts';
import { reach } from '../access/scopes.ts';
import type { Context } from '../context.ts';
import { parse } from '../parse.ts';
import { readModules, requireOpen } from '../software-modules/module.ts';
import { ArtifactDetails } from './input.ts';

const PrepareUpload = ArtifactDetails.extend({ moduleId: z.number() });
export type PrepareUpload = z.input<typeof PrepareUpload>;

/**
 * Checks what will be said of a file before it is sent. Needs CREATE_SOFTWARE_MODULE.
 * @returns the details as `uploadArtifact` wants them
 * @throws SOFTWARE_MODULE_NOT_FOUND, LOCKED, ARTIFACT_ALREADY_EXISTS, INVALID_INPUT
 */
export async function prepareUpload(context: Context, input: PrepareUpload) {
  const { tenantId } = requirePermission(context, 'CREATE_SOFTWARE_MODULE');
  const { moduleId, ...details } = parse(PrepareUpload, input);
  const reached = await reach(context, 'CREATE_SOFTWARE_MODULE');
  const modules = await readModules(context.database, tenantId, [moduleId], reached);
  const { id } = requireOpen(modules.get(moduleId), moduleId);
  const sameName = and(
    eq(artifacts.tenantId, tenantId),
    eq(artifacts.moduleId, id),
    eq(artifacts.filename, details.filename),
  );
  if (await context.database.$count(artifacts, sameName)) throw artifactAlreadyExists(details.filename);
  return details;
}
