import { randomUUID } from 'node:crypto';
import { importFaults } from '../../../../src/database/tables/imports.ts';
import { PERMISSIONS } from '../../../../src/services/access/grants.ts';
import { beginImport } from '../../../../src/services/fleet/imports/begin.ts';
import { createImportUpload } from '../../../../src/services/fleet/imports/create-upload.ts';
import {
  firstImportWarnings,
  listImportFaults,
  listImportWarnings,
} from '../../../../src/services/fleet/imports/faults.ts';
import { findImport, findImports, latestImports } from '../../../../src/services/fleet/imports/find.ts';
import { importTargets } from '../../../../src/services/fleet/imports/import-targets.ts';
import {
  findImportPreviews,
  listFaultsOfEachImport,
  listImports,
} from '../../../../src/services/fleet/imports/list.ts';
import { readRefused } from '../../../../src/services/fleet/imports/refused.ts';
import type { ImportedTarget, RowSource } from '../../../../src/services/fleet/imports/source.ts';
import { createTargets } from '../../../../src/services/fleet/targets/create.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { LiveContext } from '../../../../src/services/platform/live/live.ts';
import { watchAuditEvents } from '../../../../src/services/platform/live/watch-audit-events.ts';
import { watchImport } from '../../../../src/services/platform/live/watch-import.ts';
import { watchPendingTargets } from '../../../../src/services/platform/live/watch-pending-targets.ts';
import { watchSummary } from '../../../../src/services/platform/live/watch-summary.ts';
import { watchTargets } from '../../../../src/services/platform/live/watch-targets.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { ITS_OWN, type Verb, type Verbs } from './verb.ts';

const fileOf = (target: ImportedTarget): RowSource =>
  async function* () {
    yield { rows: [{ line: 2, target }], end: { bytes: 9, lines: 2, digest: 'd' } };
  };

/** The import is noted even where its rows are refused. */
const importing =
  (target: (name: string) => ImportedTarget, mode: 'create' | 'upsert'): Verb['call'] =>
  async (context, { name }) => {
    const done = await importTargets(context, { format: 'csv', mode }, fileOf(target(name)));
    const faults: string[] = [];
    for await (const { code } of await listImportFaults(context, done.id)) faults.push(code);
    return { created: done.rowsCreated, updated: done.rowsUpdated, faults };
  };
/** A row of the import is refused. */
async function refuseRow({ database, caller: { tenantId } }: Context, importId: number, name: string) {
  const fault = {
    line: 2,
    ordinal: 0,
    controllerId: name,
    field: 'name',
    code: 'INVALID_INPUT',
    message: 'm',
  };
  await database.insert(importFaults).values({ tenantId, importId, ...fault });
}

const refused = { created: 0, updated: 0, faults: ['FORBIDDEN'] };

export const IMPORT_VERBS: Verbs = {
  'importTargets, creating': {
    needs: ['CREATE_TARGET'],
    call: importing((name) => ({ controllerId: `new-${name}`, group: name, targetType: name }), 'create'),
    beyond: {
      CREATE_TARGET: refused,
      READ_TARGET_TYPE: { ...refused, faults: ['TARGET_TYPE_NOT_FOUND'] },
    },
    elsewhere: { ...refused, faults: ['TARGET_TYPE_NOT_FOUND'] },
    stirs: true,
  },
  'importTargets, updating': {
    needs: ['CREATE_TARGET', 'UPDATE_TARGET'],
    call: importing((name) => ({ controllerId: name, description: 'new', group: name }), 'upsert'),
    // Whoever may not create what is there already isn't asked to.
    beyond: { UPDATE_TARGET: refused },
    unnarrowed: 'nothing is created',
    elsewhere: { created: 1, updated: 0, faults: [] },
    stirs: true,
  },
  beginImport: {
    needs: ['CREATE_TARGET'],
    call: (c, { importId }) => beginImport(c, { format: 'csv', resume: importId }),
    beyond: { CREATE_TARGET: 'IMPORT_NOT_FOUND' },
  },
  'beginImport by key': {
    needs: ['CREATE_TARGET'],
    call: (c, { name }) => beginImport(c, { format: 'csv', key: name }),
    beyond: { CREATE_TARGET: 'INVALID_INPUT' },
    elsewhere: ITS_OWN,
  },
  findImport: {
    needs: ['CREATE_TARGET'],
    call: (c, { importId }) => findImport(c, importId),
    beyond: { CREATE_TARGET: 'IMPORT_NOT_FOUND' },
  },
  findImports: {
    needs: ['CREATE_TARGET'],
    call: async (c, { importId }) => (await findImports(c, [importId])).map((found) => found?.key),
    beyond: { CREATE_TARGET: [undefined] },
  },
  latestImports: {
    needs: ['CREATE_TARGET'],
    call: async (c, { name }) => (await latestImports(c, { key: name })).length,
    beyond: { CREATE_TARGET: 0 },
  },
  listImports: {
    needs: ['CREATE_TARGET'],
    call: async (c, { name }) => (await listImports(c, { filter: `key==${name}` })).total(),
    beyond: { CREATE_TARGET: 0 },
  },
  listFaultsOfEachImport: {
    needs: ['CREATE_TARGET'],
    async call(c, { importId }) {
      const listed = await listFaultsOfEachImport(c, [importId], {});
      return (await listed.get(importId)!.page()).items.map(({ line }) => line);
    },
    given: (admin, { importId, name }) => refuseRow(admin, importId, name),
    beyond: { CREATE_TARGET: [] },
  },
  findImportPreviews: {
    needs: ['CREATE_TARGET'],
    call: async (c, { importId }) => (await findImportPreviews(c, [importId])).map((one) => one?.rows),
    beyond: { CREATE_TARGET: [undefined] },
  },
  readRefused: {
    needs: ['CREATE_TARGET'],
    call: async (c, { importId }) => (await readRefused(c, importId)).format,
    beyond: { CREATE_TARGET: 'IMPORT_NOT_FOUND' },
  },
  createImportUpload: {
    needs: ['CREATE_TARGET', 'UPDATE_TARGET'],
    call: async (c) => (await createImportUpload(c, { format: 'csv', mode: 'upsert' })).import.state,
    unnarrowed: 'the rows of the file are, when it is sent',
    elsewhere: ITS_OWN,
    stirs: true,
  },
  listImportFaults: {
    needs: ['CREATE_TARGET'],
    call: (c, { importId }) => listImportFaults(c, importId),
    beyond: { CREATE_TARGET: 'IMPORT_NOT_FOUND' },
  },
  listImportWarnings: {
    needs: ['CREATE_TARGET'],
    call: (c, { importId }) => listImportWarnings(c, importId),
    beyond: { CREATE_TARGET: 'IMPORT_NOT_FOUND' },
  },
  firstImportWarnings: {
    needs: ['CREATE_TARGET'],
    call: (c, { importId }) => firstImportWarnings(c, importId, 1),
    beyond: { CREATE_TARGET: 'IMPORT_NOT_FOUND' },
  },
  watchImport: {
    needs: ['CREATE_TARGET'],
    call: async (c, { importId }) => (await watchImport(c, importId).next()).value,
    beyond: { CREATE_TARGET: 'IMPORT_NOT_FOUND' },
  },
};

/** Somebody of the same tenant, who may do everything. */
export const somebody = (context: Context): Context => ({
  ...context,
  caller: { ...context.caller, permissions: new Map(PERMISSIONS.map((permission) => [permission, null])) },
});

/** What is told while a target changes, and another that is within the scope and so told of for certain. */
async function hearOf(context: LiveContext, feed: ReturnType<typeof watchTargets>, name: string) {
  await updateTarget(somebody(context), { controllerId: name, name: 'new' }).catch(() => {});
  const mark = randomUUID();
  await createTargets(somebody(context), { targets: [{ controllerId: mark, group: 'inner' }] });
  const heard: (string | null)[] = [];
  for (let event = await feed.next(); event.value.controllerId !== mark; event = await feed.next()) {
    // On a slow machine the watch may begin anew, and what changed before is not told any more.
    if (event.value.type === 'resync') return hearOf(context, feed, name);
    heard.push(event.value.controllerId);
  }
  return heard;
}

export const WATCHING_VERBS: Verbs = {
  watchTargets: {
    needs: ['READ_TARGET'],
    async call(context, { name }) {
      const feed = watchTargets(context, {});
      await feed.next();
      const heard = await hearOf(context, feed, name);
      await feed.return?.();
      return heard.includes(name);
    },
    beyond: { READ_TARGET: false },
    stirs: true,
  },
  watchSummary: {
    needs: ['READ_TARGET'],
    async call(context, { name }) {
      const feed = watchSummary(context);
      const { total, neverSeen } = (await feed.next()).value;
      await feed.return?.();
      return name === 'inner' ? neverSeen : total - neverSeen;
    },
    beyond: { READ_TARGET: 0 },
  },
  watchPendingTargets: {
    needs: ['READ_TARGET'],
    async call(context) {
      const feed = watchPendingTargets(context);
      const { pending } = (await feed.next()).value;
      await feed.return?.();
      return pending;
    },
    unnarrowed: 'with a scope there are none',
    elsewhere: 0,
  },
  watchAuditEvents: {
    needs: ['READ_AUDIT'],
    async call(context, { name }) {
      const feed = watchAuditEvents(context, { filter: `target==${name}` });
      const { type } = (await feed.next()).value;
      await feed.return?.();
      return type;
    },
    elsewhere: ITS_OWN,
  },
};
