import { refused, unreachable, wrongUsage } from '../failure.ts';
import { Refusal, type Side } from './side.ts';

interface Quota {
  kind: string;
  limit: number;
  used: number;
}

/** The lists of hawkBit by what Muster calls their quota. */
const LISTS: Record<string, string> = {
  TARGETS: 'targets',
  TARGET_TYPES: 'targettypes',
  TARGET_TAGS: 'targettags',
  TARGET_FILTERS: 'targetfilters',
  SOFTWARE_MODULE_TYPES: 'softwaremoduletypes',
  SOFTWARE_MODULES: 'softwaremodules',
  DISTRIBUTION_SET_TYPES: 'distributionsettypes',
  DISTRIBUTION_SETS: 'distributionsets',
  DISTRIBUTION_SET_TAGS: 'distributionsettags',
};

/** Finds out before anything is written whether both servers are what they should be. @throws Failure */
export async function prove(hawkbit: Side, muster: Side): Promise<void> {
  const isSame = hawkbit.url.href === muster.url.href;
  if (isSame && hawkbit.headers['Authorization'] === muster.headers['Authorization'])
    throw wrongUsage('--url and --to are the same: there is nothing to bring over');
  const targets = await hawkbit.getIfKnown<{ content?: unknown }>('targets?limit=1');
  if (!Array.isArray(targets?.content))
    throw unreachable(
      `${hawkbit.url.href} has no Management API of a hawkBit: its targets should be at ${hawkbit.url.href}rest/v1/targets`,
    );
  await muster.ask('{ viewer { tenant } }', {}).catch((error) => {
    if (!(error instanceof Refusal)) throw error;
    throw unreachable(`${muster.url.href} is no Muster: ${error.message}`);
  });
}

/** Refuses to begin what would end in the middle. @throws Failure where Muster's tenant may have less than hawkBit's has */
export async function requireRoom(hawkbit: Side, muster: Side): Promise<void> {
  const quotas = await muster.ask<Quota[]>('{ tenantQuotas { kind limit used } }', {}).catch((error) => {
    // Who may not read them meets them later.
    if (error instanceof Refusal) return [];
    throw error;
  });
  const small: string[] = [];
  for (const { kind, limit } of quotas) {
    const list = LISTS[kind];
    if (!list) continue;
    const total = await hawkbit.total(list);
    if (total > limit)
      small.push(
        `${kind}: hawkBit has ${total.toLocaleString('en')}, Muster's tenant may have ${limit.toLocaleString('en')}`,
      );
  }
  if (small.length)
    throw refused(
      `the quotas of Muster's tenant are too small (a system administrator raises them by setTenantQuotas): ${small.join('; ')}`,
    );
}
