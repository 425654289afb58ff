import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Permission } from '../../../../src/services/access/grants.ts';
import { type Fleet, makeFleet } from '../../../services/access/seen/fleet.ts';
import { idOf } from '../../../support/ids.ts';
import { type Ask, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();

let fleet: Fleet;
let rolloutId: string;
beforeAll(async () => {
  fleet = await makeFleet(door.platform);
  const { data } = await without()('{ rollouts(first: 1) { nodes { id } } }');
  rolloutId = data.rollouts.nodes[0].id;
});

/** Asks as somebody with every permission but one, be it that others bring it along. */
function without(permission?: Permission): Ask {
  const context = fleet.tenant.contextOf();
  const permissions = new Map(context.caller.permissions);
  if (permission) permissions.delete(permission);
  return door.asCaller({ ...context, caller: { ...context.caller, permissions } });
}

/** By what a connection is of: a filter that asks for something else, and the permission by which that is read. */
const ASKING: Record<string, [filter: string, Permission]> = {
  Action: ['rollout.name!=x', 'READ_ROLLOUT'],
  AutoAssignment: ['distributionSet.version!=x', 'READ_DISTRIBUTION_SET'],
  DistributionSet: ['module.name!=x', 'READ_SOFTWARE_MODULE'],
  PendingTarget: ['enrollmentGroup!=x', 'READ_TENANT_CONFIGURATION'],
  Rollout: ['ds.name!=x', 'READ_DISTRIBUTION_SET'],
  SoftwareModule: ['type.name!=x', 'READ_SOFTWARE_MODULE_TYPE'],
  Target: ['type.name!=x', 'READ_TARGET_TYPE'],
  FleetSummary: ['type.name!=x', 'READ_TARGET_TYPE'],
  TargetFacets: ['type.name!=x', 'READ_TARGET_TYPE'],
};

/** What else a field of such a type takes, and what is selected, where that is not `totalCount`. */
const ASKED_OTHERWISE: Record<string, { also?: string; selection: string }> = {
  FleetSummary: { selection: 'total' },
  TargetFacets: { also: 'by: { kind: TAG }, ', selection: 'hasMore' },
};

/** What can be asked for its own fields only, or checks a filter without asking by it. */
const OF_ITS_OWN = [
  'ApiKey',
  'AuditEvent',
  'CertificateAuthority',
  'DistributionSetTag',
  'DistributionSetType',
  'EnrollmentGroup',
  'FilterValidation',
  'Import',
  'ImportFault',
  'Job',
  'Role',
  'RolloutGroup',
  'SoftwareModuleType',
  'TargetFilter',
  'TargetGroup',
  'TargetTag',
  'TargetType',
  'Tenant',
  'User',
  'Webhook',
  'WebhookDelivery',
];

const changing = (mutation: string, input: string) => (selection: string) =>
  `mutation { ${mutation}(input: { ${input}, dryRun: true }) { ${selection} } }`;
const ALL_TARGETS = 'targets: { filter: "id==*" }';
/** By type how a field of it is reached. */
const REACHED: Record<string, (selection: string) => string> = {
  Query: (selection) => `{ ${selection} }`,
  Target: (selection) => `{ target: targetByControllerId(controllerId: "inner") { ${selection} } }`,
  DistributionSet: (selection) =>
    `{ distributionSet(id: "${idOf('DistributionSet', fleet.setId)}") { ${selection} } }`,
  RolloutGroup: (selection) => `{ rollout(id: "${rolloutId}") { groups { nodes { ${selection} } } } }`,
  AssignDistributionSetPayload: (selection) =>
    changing(
      'assignDistributionSet',
      `distributionSetId: "${idOf('DistributionSet', fleet.setId)}", targets: { filter: "id==*" }`,
    )(selection),
  ApproveTargetsPayload: changing('approveTargets', 'pendingTargets: { ids: [] }'),
  AssignTargetGroupPayload: changing('assignTargetGroup', `group: "g", ${ALL_TARGETS}`),
  AssignTargetTagsPayload: changing('assignTargetTags', `tags: { names: ["x"] }, ${ALL_TARGETS}`),
  AssignTargetTypePayload: changing('assignTargetType', `targetTypeId: null, ${ALL_TARGETS}`),
  DeleteTargetMetadataPayload: changing('deleteTargetMetadata', `keys: ["k"], ${ALL_TARGETS}`),
  EndClaimCodesPayload: changing('endClaimCodes', ALL_TARGETS),
  ReleaseTargetsPayload: changing('releaseTargets', ALL_TARGETS),
  RotateTargetTokensPayload: changing('rotateTargetTokens', ALL_TARGETS),
  SetAutoConfirmPayload: changing('setAutoConfirm', `active: true, ${ALL_TARGETS}`),
  SetTargetAttributesPayload: changing(
    'setTargetAttributes',
    `attributes: [{ key: "k", value: "v" }], ${ALL_TARGETS}`,
  ),
  SetTargetMetadataPayload: changing(
    'setTargetMetadata',
    `entries: [{ key: "k", value: "v" }], ${ALL_TARGETS}`,
  ),
  UnassignTargetTagsPayload: changing('unassignTargetTags', `tags: { names: ["x"] }, ${ALL_TARGETS}`),
  CancelActionsPayload: changing('cancelActions', 'actions: { filter: "id!=0" }'),
  ConfirmActionsPayload: changing('confirmActions', 'actions: { filter: "id!=0" }'),
  ForceActionsPayload: changing('forceActions', 'actions: { filter: "id!=0" }'),
};

/** Every field of the schema that takes a filter and answers many. */
const FILTERED = Object.values(
  buildSchema(readFileSync(new URL('../../../../schema.graphql', import.meta.url), 'utf8')).getTypeMap(),
).flatMap((type) =>
  isObjectType(type) && type.name !== 'Subscription'
    ? Object.values(type.getFields())
        .filter(({ args }) => args.some(({ name }) => name === 'filter'))
        .map((field): [string, string, string] => [
          type.name,
          field.name,
          getNamedType(field.type).name.replace(/Connection$/, ''),
        ])
    : [],
);

describe('a filter that asks for other things', () => {
  it('is tried at every field that takes one', () => {
    const known = [...Object.keys(ASKING), ...OF_ITS_OWN];
    expect(FILTERED.filter(([, , of]) => !known.includes(of))).toEqual([]);
    expect(FILTERED.length).toBeGreaterThan(20);
  });

  it.each(FILTERED.filter(([, , of]) => ASKING[of]))(
    'of %s.%s needs their permission',
    async (on, field, of) => {
      const [filter, permission] = ASKING[of]!;
      const { also = '', selection } = ASKED_OTHERWISE[of] ?? { selection: 'totalCount' };
      const query = REACHED[on]!(`${field}(${also}filter: "${filter}") { ${selection} }`);
      const allowed = await without()(query);
      expect(allowed.errors).toEqual([]);
      const refused = await without(permission)(query);
      expect(codesOf(refused), refused.text).toContain('FORBIDDEN');
      expect(refused.text).toContain(permission);
    },
  );
});

it.each<[string, string, Permission]>([
  ['targets', 'TARGET_TYPE', 'READ_TARGET_TYPE'],
  ['pendingTokenRotations', 'TARGET_TYPE', 'READ_TARGET_TYPE'],
  ['distributionSets', 'TYPE', 'READ_DISTRIBUTION_SET_TYPE'],
  ['softwareModules', 'TYPE', 'READ_SOFTWARE_MODULE_TYPE'],
])('%s by %s need %s', async (field, order, permission) => {
  const query = `{ ${field}(orderBy: [{ field: ${order}, direction: ASC }]) { totalCount nodes { __typename } } }`;
  expect((await without()(query)).errors).toEqual([]);
  expect(codesOf(await without(permission)(query))).toEqual(['FORBIDDEN']);
});
