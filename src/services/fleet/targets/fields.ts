import { and, eq, type Placeholder, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { fixed } from '../../../database/prepared.ts';
import { actions, targetDeployments } from '../../../database/tables/actions.ts';
import { targetClaimCodes } from '../../../database/tables/claim-codes.ts';
import { distributionSets } from '../../../database/tables/distribution-sets.ts';
import { rolloutGroups } from '../../../database/tables/rollouts.ts';
import {
  METADATA_VALUE_HEAD,
  targetAutoConfirm,
  targetMetadata,
  targetTagAssignments,
  targetTags,
} from '../../../database/tables/target-data.ts';
import { targetTypes } from '../../../database/tables/target-types.ts';
import {
  CREDENTIAL_KINDS,
  targetAttributes,
  targetPolls,
  targets,
  UPDATE_STATUSES,
} from '../../../database/tables/targets.ts';
import { targetTokenRotations } from '../../../database/tables/token-rotations.ts';
import { checkedFilter } from '../../../filters/checked.ts';
import { compileExpression } from '../../../filters/compile.ts';
import type { Expression } from '../../../filters/expression.ts';
import { type Field, fieldSet, owned, type SetField } from '../../../filters/fields.ts';
import type { Moments } from '../../../filters/moments.ts';
import { authoredFields } from '../../shared/authorship.ts';

/** Whose rows: of one tenant, or of the one that a statement is executed for. */
interface OfTenant {
  tenantId: number | Placeholder;
}

/** Whether a target's device has not used its newest token yet. */
export const isTokenRotationPending = ({ tenantId }: OfTenant) => sql<boolean>`EXISTS (
  SELECT 1 FROM ${targetTokenRotations}
  WHERE ${targetTokenRotations.tenantId} = ${tenantId} AND ${targetTokenRotations.targetId} = ${targets.id})`;

/** Whether there is a code by which another tenant may take a target over. */
const isReleased = ({ tenantId, now }: Moments) => sql<boolean>`EXISTS (
  SELECT 1 FROM ${targetClaimCodes}
  WHERE ${targetClaimCodes.tenantId} = ${tenantId} AND ${targetClaimCodes.targetId} = ${targets.id}
    AND ${targetClaimCodes.expiresAt} > ${instant(now)})`;

/** Whether a target's actions are confirmed without asking. */
export const isAutoConfirmed = ({ tenantId }: OfTenant) => sql<boolean>`EXISTS (
  SELECT 1 FROM ${targetAutoConfirm}
  WHERE ${targetAutoConfirm.tenantId} = ${tenantId} AND ${targetAutoConfirm.targetId} = ${targets.id})`;

const lastRequestAt = targetPolls.lastRequestAt;
/** Who never polled is not. */
export const isOverdue = ({ overdueBefore, byInterval }: Moments): SQL => {
  const limit = byInterval ? byInterval((own) => instant(own.overdueBefore)) : instant(overdueBefore);
  return sql`coalesce(${lastRequestAt} < ${limit}, FALSE)`;
};
export const nextExpectedRequestAt = ({ byInterval }: Moments): SQL =>
  byInterval
    ? sql`(${lastRequestAt} + ${byInterval(({ seconds }) => sql`${seconds}::int`)} * interval '1 second')`
    : sql`NULL::timestamptz`;
const instant = (time: Date) => sql`${time.toISOString()}::timestamptz`;

const assignedTags = {
  kind: 'set',
  on: ({ tenantId }: Moments) =>
    and(eq(targetTagAssignments.tenantId, tenantId), eq(targetTagAssignments.targetId, targets.id))!,
} as const;
const joinedTags = and(
  eq(targetTags.tenantId, targetTagAssignments.tenantId),
  eq(targetTags.id, targetTagAssignments.tagId),
);

export const itsType = (field: string) => owned('targetType', field, targets.targetTypeId);
const itsTag = (field: string) => owned('targetTag', field, targetTagAssignments.tagId);

export const itsDeployment = {
  kind: 'set',
  from: targetDeployments,
  on: ({ tenantId }: Moments) =>
    and(eq(targetDeployments.tenantId, tenantId), eq(targetDeployments.targetId, targets.id))!,
} as const satisfies Partial<SetField>;

/** What the one set is called that a column of a target's deployment names. */
const ofItsSet = (setId: SQLWrapper, field: 'name' | 'version'): Field => ({
  ...itsDeployment,
  from: sql`${targetDeployments} JOIN ${distributionSets}
    ON ${distributionSets.tenantId} = ${targetDeployments.tenantId} AND ${distributionSets.id} = ${setId}`,
  value: distributionSets[field],
  ...owned('distributionSet', field, setId),
});
const { assignedSetId, installedSetId } = targetDeployments;

/** What a filter may ask of a target, by the names of hawkBit's server and of its documentation. */
export const TARGET_FIELDS = fieldSet([
  [['controllerId', 'id'], { kind: 'text', column: targets.controllerId }],
  [['name'], { kind: 'text', column: targets.name }],
  [['description'], { kind: 'text', column: targets.description }],
  [['group'], { kind: 'text', column: targets.group }],
  [['updateStatus'], { kind: 'enum', column: targets.updateStatus, values: UPDATE_STATUSES }],
  [['ipAddress', 'address'], { kind: 'text', column: targetPolls.address }],
  ...authoredFields(targets),
  [['lastControllerRequestAt', 'lastTargetQuery'], { kind: 'time', column: lastRequestAt }],
  [['nextExpectedRequestAt'], { kind: 'time', column: nextExpectedRequestAt }],
  [['overdue'], { kind: 'boolean', column: isOverdue }],
  [['type', 'type.key', 'targetType.key'], { kind: 'text', column: targetTypes.key, ...itsType('key') }],
  [['type.name', 'targetType.name'], { kind: 'text', column: targetTypes.name, ...itsType('name') }],
  [['type.id', 'targetType.id'], { kind: 'integer', column: targets.targetTypeId, ...itsType('id') }],
  [
    ['attribute', 'controllerAttributes'],
    {
      kind: 'map',
      from: targetAttributes,
      on: ({ tenantId }) =>
        and(eq(targetAttributes.tenantId, tenantId), eq(targetAttributes.targetId, targets.id))!,
      key: targetAttributes.key,
      value: targetAttributes.value,
    },
  ],
  [
    ['tag', 'tag.name', 'tags.name'],
    {
      ...assignedTags,
      from: sql`${targetTagAssignments} JOIN ${targetTags} ON ${joinedTags}`,
      value: targetTags.name,
      ...itsTag('name'),
    },
  ],
  [
    ['tag.id'],
    {
      ...assignedTags,
      from: targetTagAssignments,
      value: targetTagAssignments.tagId,
      integers: true,
      ...itsTag('id'),
    },
  ],
  [
    ['metadata'],
    {
      kind: 'map',
      from: targetMetadata,
      on: ({ tenantId }) =>
        and(eq(targetMetadata.tenantId, tenantId), eq(targetMetadata.targetId, targets.id))!,
      key: targetMetadata.key,
      value: targetMetadata.value,
      indexed: METADATA_VALUE_HEAD,
    },
  ],
  // Not by its name, which can change: scopes would cover other targets then.
  [
    ['enrollmentGroup.id'],
    {
      kind: 'integer',
      column: targets.enrollmentGroupId,
      ...owned('enrollmentGroup', 'id', targets.enrollmentGroupId),
    },
  ],
  // Sets by name and version only, as in hawkBit.
  [['assignedDs.name', 'assignedDistributionSet.name'], ofItsSet(assignedSetId, 'name')],
  [['assignedDs.version', 'assignedDistributionSet.version'], ofItsSet(assignedSetId, 'version')],
  [['installedDs.name', 'installedDistributionSet.name'], ofItsSet(installedSetId, 'name')],
  [['installedDs.version', 'installedDistributionSet.version'], ofItsSet(installedSetId, 'version')],
  // Rollouts that failed on it, by id: what hawkBit calls a retry selects by this.
  [
    ['failedRollout'],
    {
      kind: 'set',
      from: sql`${actions} JOIN ${rolloutGroups}
        ON ${rolloutGroups.tenantId} = ${actions.tenantId} AND ${rolloutGroups.id} = ${actions.rolloutGroupId}`,
      on: ({ tenantId }) =>
        and(eq(actions.tenantId, tenantId), eq(actions.targetId, targets.id), eq(actions.status, 'error'))!,
      value: rolloutGroups.rolloutId,
      integers: true,
      ...owned('rollout', 'id', rolloutGroups.rolloutId),
    },
  ],
  [
    ['credential', 'credential.kind'],
    { kind: 'enum', column: targetPolls.credential, values: CREDENTIAL_KINDS },
  ],
  [['credential.expiresAt'], { kind: 'time', column: targetPolls.credentialExpiresAt }],
  [['registeredWith'], { kind: 'enum', column: targets.registeredWith, values: CREDENTIAL_KINDS }],
  [['registeredFrom'], { kind: 'text', column: targets.registeredFrom }],
  [['sharingSuspectedAt'], { kind: 'time', column: targets.sharingSuspectedAt }],
  [['autoConfirm'], { kind: 'boolean', column: isAutoConfirmed }],
  [['movedAt'], { kind: 'time', column: targets.movedAt }],
  [['released'], { kind: 'boolean', column: isReleased }],
  [['certificate.expiresAt'], { kind: 'time', column: targets.certificateExpiresAt }],
  [['tokenRotationPending'], { kind: 'boolean', column: isTokenRotationPending }],
]);

/** The settings of a tenant that say when a target is overdue. */
export interface WithPollingTime {
  tenantId: number;
  settings: {
    polling: { seconds: number; overrides: readonly { seconds: number; filter: Expression }[] };
    overdueSeconds: number;
  };
}

/** What `${now_ts}`, `${overdue_ts}` and being overdue mean to a tenant's filter. */
export function filterMoments(tenant: WithPollingTime, now: Date): Moments {
  const { tenantId } = tenant;
  const { polling, overdueSeconds } = tenant.settings;
  const intervalOf = ({ seconds }: { seconds: number }) => ({
    seconds,
    overdueBefore: new Date(Math.max(now.getTime() - (seconds + overdueSeconds) * 1000, 0)),
  });
  const { overdueBefore } = intervalOf(polling);
  return {
    tenantId,
    now,
    overdueBefore,
    byInterval(term) {
      const usual = term(intervalOf(polling));
      if (!polling.overrides.length) return usual;
      const cases = polling.overrides.map(
        (override, index) => sql`WHEN ${index}::int THEN ${term(intervalOf(override))}`,
      );
      return sql`CASE ${pollOverride(tenant, now)} ${sql.join(cases, sql` `)} ELSE ${usual} END`;
    },
  };
}

const NO_OVERRIDE = fixed(sql<number>`-1`);

/**
 * The index of the polling override that rules a target, -1 where none does. In the filter of an override the tenant's own
 * interval decides who is overdue.
 */
export function pollOverride(tenant: WithPollingTime, now: Date): SQL<number> {
  const { overrides } = tenant.settings.polling;
  if (!overrides.length) return NO_OVERRIDE;
  const { polling, overdueSeconds } = tenant.settings;
  const moments = filterMoments(
    { tenantId: tenant.tenantId, settings: { polling: { ...polling, overrides: [] }, overdueSeconds } },
    now,
  );
  const cases = overrides.map(
    ({ filter }, index) => sql`WHEN ${compileExpression(filter, TARGET_FIELDS, moments)} THEN ${index}::int`,
  );
  return sql<number>`CASE ${sql.join(cases, sql` `)} ELSE -1 END`;
}

/**
 * Reads a filter and checks that it can be asked of targets.
 * @throws FILTER_SYNTAX, FILTER_FIELD_UNKNOWN, FILTER_VALUE_INVALID
 */
export const parseTargetFilter = (text: string): Expression => checkedFilter(TARGET_FIELDS, text);
