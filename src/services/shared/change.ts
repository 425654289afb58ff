import type postgres from 'postgres';
import type { Transaction } from '../../database/connect.ts';
import { postgresErrorOf } from '../../database/postgres-error.ts';
import {
  apiKeyAlreadyExists,
  autoAssignmentAlreadyExists,
  certificateAuthorityAlreadyExists,
  type DomainError,
  distributionSetAlreadyExists,
  distributionSetTagAlreadyExists,
  enrollmentGroupAlreadyExists,
  invalid,
  roleAlreadyExists,
  rolloutAlreadyExists,
  rolloutGroupAlreadyExists,
  targetFilterAlreadyExists,
  targetTagAlreadyExists,
  targetTypeAlreadyExists,
  targetTypeInUse,
  tenantAlreadyExists,
  userAlreadyExists,
  webhookAlreadyExists,
} from '../../errors.ts';
import { requireTargetsStillInScope } from '../fleet/targets/scope.ts';
import type { Announcement } from '../platform/announcement.ts';
import { type ChangeRecord, type DoneBy, writeRecords } from '../platform/audit/record.ts';
import { requireQuotas } from '../platform/quotas.ts';
import type { ActorContext, Context } from './context.ts';

/** Names what a transaction changes: the targets, or `everything` of the tenant. Only `targetsInScope` checks authority. */
export interface Changes {
  /**
   * For the audit trail. Every change records what it did; a bulk does so once. `by`: who did it, where one transaction
   * does what several have said.
   */
  record(done: ChangeRecord, by?: ActorContext): void;
  /** Targets that exist before and after, changed by their device or by the server: these have no scope. */
  targets(controllerIds: readonly string[]): void;
  /**
   * Targets that exist before and after, changed by a caller. Before the commit it is checked that all of them are still
   * in the scope of the caller's UPDATE_TARGET; otherwise the whole change is FORBIDDEN.
   */
  targetsInScope(controllerIds: readonly string[]): void;
  created(controllerIds: readonly string[]): void;
  /** Targets whose devices reported something that doesn't change what they are told. */
  reported(controllerIds: readonly string[]): void;
  deleted(targets: readonly { id: number; controllerId: string }[]): void;
  /** Rollouts, beside targets that are named for themselves. */
  rollouts(ids: readonly number[]): void;
  /** Devices that wait for an approval. */
  pending(): void;
  /** Events that were added to the audit trail in another way than by `record`. */
  auditEvents(ids: readonly number[]): void;
  /** Accounts or the configuration, and no target. */
  settings(): void;
  everything(): void;
  /** The same for another tenant that the transaction concerns, in the name of that context's caller. */
  of(other: ActorContext): Changes;
  /** Undoes the whole transaction and makes `result` its answer all the same. */
  undo<T>(result: T): never;
}

/** What the work of a verb is done with. */
export interface Step {
  tx: Transaction;
  context: Context;
  changes: Changes;
}

/** Runs the work of a verb as `change` does. */
export const changeBy = <T>(context: Context, work: (step: Step) => Promise<T>): Promise<T> =>
  change(context, (tx, changes) => work({ tx, context, changes }));

const TRIES = 3;
/** serialization_failure, deadlock_detected: the transaction was undone and may simply be run again. */
const AGAIN = new Set(['40001', '40P01']);

/** Thrown inside the transaction to undo it; carries the result. */
class Undo {
  constructor(readonly result: unknown) {}
}

/**
 * Runs `work` in one transaction, writes what it records and announces what it names, after the commit and before
 * the answer. With `dryRun` all of it is undone and nothing announced.
 * @throws DomainError also for a violated constraint of the database
 */
export async function change<T>(
  context: ActorContext,
  work: (tx: Transaction, changes: Changes) => Promise<T>,
  { dryRun = false } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const noted = noteChanges(context);
    // So that `work` doesn't wait for a second connection to read it, while it keeps one that others wait for.
    await context.tenants.byId(context.caller.tenantId);
    try {
      const result = await context.database.transaction(async (tx) => {
        const done = await work(tx, noted.changes);
        await requireTargetsStillInScope(tx, context, [...noted.mustBeInScope]);
        const all = [noted, ...noted.others];
        for (const { tenantId, records, changes } of all)
          for (const near of await requireQuotas(tx, tenantId, records)) changes.record(near);
        if (dryRun) return noted.changes.undo(done);
        for (const { tenantId, records, changes } of all)
          changes.auditEvents(await writeRecords(tx, tenantId, records));
        return done;
      });
      for (const { announce } of [noted, ...noted.others]) announce();
      return result;
    } catch (error) {
      if (error instanceof Undo) return error.result as T;
      const cause = postgresErrorOf(error);
      if (!cause || !AGAIN.has(cause.code) || attempt === TRIES)
        throw (cause && domainErrorOf(cause)) ?? error;
    }
  }
}

/** Events of what devices are to install. That a set was given to targets is told by the targets. */
const OF_SOFTWARE = /^(artifact|software-module(-type)?|distribution-set)\.(?!assigned|auto-assigned|tags-)/;

interface Noted {
  tenantId: number;
  records: DoneBy[];
  mustBeInScope: ReadonlySet<string>;
  changes: Changes;
  /** What it has noted for other tenants. */
  others: Noted[];
  announce(): void;
}

/** Gathers what a transaction records and changes. */
function noteChanges(context: ActorContext): Noted {
  const { tenantId } = context.caller;
  const others: Noted[] = [];
  const records: DoneBy[] = [];
  const changed = new Set<string>();
  const mustBeInScope = new Set<string>();
  const created: string[] = [];
  const rolloutIds = new Set<number>();
  const reported: string[] = [];
  const deleted: { id: number; controllerId: string }[] = [];
  const auditEventIds: number[] = [];
  let pending = false;
  let whole: 'settings' | 'everything' | undefined;
  const changes: Changes = {
    record: (done, by = context) => void records.push({ ...done, by }),
    targets(controllerIds) {
      for (const id of controllerIds) changed.add(id);
    },
    targetsInScope(controllerIds) {
      for (const id of controllerIds) mustBeInScope.add(id);
      changes.targets(controllerIds);
    },
    created: (controllerIds) => append(created, controllerIds),
    reported: (controllerIds) => append(reported, controllerIds),
    deleted: (targets) => append(deleted, targets),
    rollouts(ids) {
      for (const id of ids) rolloutIds.add(id);
    },
    pending() {
      pending = true;
    },
    auditEvents: (ids) => append(auditEventIds, ids),
    settings() {
      whole ??= 'settings';
    },
    everything() {
      whole = 'everything';
    },
    of(other) {
      const noted = noteChanges(other);
      others.push(noted);
      return noted.changes;
    },
    undo(result) {
      throw new Undo(result);
    },
  };
  const ofTargets = (): Omit<Announcement, 'tenantId'>[] =>
    whole === 'everything'
      ? [{}]
      : [
          ...(whole ? [{ kind: whole }] : []),
          {
            kind: 'deleted',
            controllerIds: deleted.map(({ controllerId }) => controllerId),
            targetIds: deleted.map(({ id }) => id),
          },
          { kind: 'created', controllerIds: created },
          { controllerIds: [...changed] },
          { kind: 'reported', controllerIds: reported },
        ];
  const { announcements } = context;
  return {
    tenantId,
    records,
    mustBeInScope,
    changes,
    others,
    announce() {
      for (const announcement of ofTargets()) announcements.announce({ tenantId, ...announcement });
      announcements.announceRollouts({ tenantId, rolloutIds: [...rolloutIds] });
      if (pending) announcements.announce({ tenantId, kind: 'pending' });
      if (records.some(({ type }) => OF_SOFTWARE.test(type)))
        announcements.announce({ tenantId, kind: 'software' });
      announcements.announceAuditEvents({ tenantId, auditEventIds });
    },
  };
}

function append<T>(list: T[], more: readonly T[]): void {
  for (const item of more) list.push(item);
}

/** The domain's word for a violated constraint. Its detail reads `Key (tenant_id, name)=(1, x) already exists.` */
function domainErrorOf(error: postgres.PostgresError): DomainError | undefined {
  const values = /\)=\((?:\d+, )?(.*)\)/s.exec(error.detail ?? '')?.[1] ?? '';
  return CONSTRAINTS[constraintOf(error)]?.(values);
}

/** Where a shard's number follows the name, as in Citus, the name is in the message only. */
export const constraintOf = ({
  constraint_name,
  message,
}: {
  constraint_name?: string;
  message: string;
}): string => constraint_name || /constraint "(.+?)(?:_\d{6,})?"/.exec(message)?.[1] || '';

const CONSTRAINTS: Record<string, (values: string) => DomainError> = {
  webhooks_name_key: (name) => webhookAlreadyExists(name),
  certificate_authorities_name_key: (name) => certificateAuthorityAlreadyExists(name, ['name']),
  certificate_authorities_fingerprint_key: (fingerprint) =>
    certificateAuthorityAlreadyExists(fingerprint, ['certificate']),
  targets_target_type_fkey: targetTypeInUse,
  enrollment_groups_target_type_fkey: targetTypeInUse,
  enrollment_groups_name_key: enrollmentGroupAlreadyExists,
  enrollment_groups_certificate_authority_key: () =>
    invalid('certificateAuthorityId: another enrollment group names it', ['certificateAuthorityId']),
  distribution_sets_version_key: (nameAndVersion) => distributionSetAlreadyExists(nameAndVersion),
  distribution_set_tags_name_key: (name) => distributionSetTagAlreadyExists(name),
  rollouts_name_key: rolloutAlreadyExists,
  rollout_groups_name_key: (idAndName) => rolloutGroupAlreadyExists(idAndName.replace(/^\d+, /, '')),
  target_types_key_key: (key) => targetTypeAlreadyExists(key, ['key']),
  target_types_name_key: (name) => targetTypeAlreadyExists(name, ['name']),
  target_filters_name_key: targetFilterAlreadyExists,
  auto_assignments_name_key: autoAssignmentAlreadyExists,
  target_tags_name_key: (name) => targetTagAlreadyExists(name),
  users_username_key: userAlreadyExists,
  roles_name_key: roleAlreadyExists,
  api_keys_name_key: apiKeyAlreadyExists,
  tenants_name_key: tenantAlreadyExists,
};
