import { createAutoAssignment } from '../../../../src/services/deployments/auto-assignments/create.ts';
import { asDevice } from '../../../../src/services/devices/device-context.ts';
import { createEnrollmentGroup } from '../../../../src/services/devices/enrollment/create.ts';
import { registerDevice } from '../../../../src/services/devices/sign-in/register.ts';
import { registerPending } from '../../../../src/services/devices/sign-in/register-pending.ts';
import { createTargetFilter } from '../../../../src/services/fleet/target-filters/create.ts';
import { createTargetTags } from '../../../../src/services/fleet/target-tags/create.ts';
import { createTargetTypes } from '../../../../src/services/fleet/target-types/create.ts';
import { updateTarget } from '../../../../src/services/fleet/targets/update.ts';
import type { Platform } from '../../../../src/services/shared/context.ts';
import { createDistributionSetTypes } from '../../../../src/services/software/distribution-set-types/create.ts';
import { createDistributionSets } from '../../../../src/services/software/distribution-sets/create.ts';
import { createSoftwareModuleTypes } from '../../../../src/services/software/software-module-types/create.ts';
import { createSoftwareModules } from '../../../../src/services/software/software-modules/create.ts';
import { newTenant, type TestTenant } from '../../../support/platform.ts';
import { assign } from '../../deployments/assignments/support.ts';
import { FAR_OFF } from '../../deployments/auto-assignments/support.ts';
import { begin, report, settle } from '../../deployments/rollouts/support.ts';

export interface Fleet {
  tenant: TestTenant;
  /** A target filter that asks for nothing but targets' own fields. */
  filterId: number;
  /** One that asks for sets. */
  setFilterId: number;
  setId: number;
}

/**
 * Two of everything, alike but for their names, `inner` and `outer`: each target has a type, a set, a failed rollout and
 * an enrollment group. And an `alpha` of those that have types, which comes first in the order of the names.
 */
export async function makeFleet(platform: Platform): Promise<Fleet> {
  const tenant = await newTenant(platform);
  const admin = tenant.contextOf();
  const { tenantId } = tenant;
  const setIds: number[] = [];
  for (const name of ['alpha', 'inner', 'outer']) {
    const types = await createSoftwareModuleTypes(admin, {
      softwareModuleTypes: [{ key: name, name, maxAssignments: 1 }],
    });
    await createDistributionSetTypes(admin, {
      distributionSetTypes: [{ key: name, name, mandatoryModuleTypeIds: [types.created[0]!.id] }],
    });
    const modules = await createSoftwareModules(admin, {
      softwareModules: [{ type: name, name, version: '1' }],
    });
    const moduleIds = [modules.created[0]!.id];
    const sets = await createDistributionSets(admin, {
      distributionSets: [{ type: name, name, version: '1', moduleIds }],
    });
    setIds.push(sets.created[0]!.id);
    const { created: targetTypes } = await createTargetTypes(admin, { targetTypes: [{ name }] });
    await createTargetTags(admin, { targetTags: [{ name }] });
    const { group } = await createEnrollmentGroup(admin, { name });
    const device = async (controllerId: string) =>
      asDevice(admin, await admin.tenants.byId(tenantId), controllerId, { address: 'http://10.0.0.1' });
    await registerDevice(await device(name), { address: 'x', groupId: group.id, wasPending: false });
    await updateTarget(admin, { controllerId: name, targetTypeId: targetTypes[0]!.id });
    await registerPending(await device(`waits-${name}`), { groupId: group.id, address: 'x' });
    await assign(admin, setIds.at(-1)!, [name], { offline: true });
    const rollout = {
      name,
      distributionSetId: await setOf(name),
      filter: `id==${name}`,
      errorThreshold: 100,
    };
    const rolloutId = await begin(admin, rollout);
    await report(admin, name, 'failure');
    await settle(admin, rolloutId);
    await createAutoAssignment(admin, {
      name,
      filter: 'id==nobody',
      distributionSetId: setIds.at(-1)!,
      startAt: FAR_OFF,
    });

    async function setOf(side: string): Promise<number> {
      const { created } = await createDistributionSets(admin, {
        distributionSets: [{ type: side, name: side, version: '2', moduleIds }],
      });
      return created[0]!.id;
    }
  }
  const filter = await createTargetFilter(admin, { name: 'own', filter: 'id==nobody' });
  const ofSets = await createTargetFilter(admin, { name: 'sets', filter: 'assignedDs.version==1' });
  return { tenant, filterId: filter.id, setFilterId: ofSets.id, setId: setIds[1]! };
}
