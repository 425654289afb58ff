import { idIn, type Kind, type Known, type Thing } from './kind.ts';
import { DISTRIBUTION_SETS } from './sets.ts';
import { given } from './tags.ts';

interface Filter {
  id: number;
  name: string;
  query: string;
  autoAssignDistributionSet?: number | null;
  autoAssignActionType?: string | null;
  autoAssignWeight?: number | null;
  confirmationRequired?: boolean | null;
}
interface AutoAssignment {
  id: number;
  name: string;
  description?: string;
  targetFilterQuery: string;
  distributionSetId: number;
  status: string;
  actionType?: string;
  weight?: number;
  confirmationRequired?: boolean;
}

/** An auto-assignment that is ready begins at its time: at this one, nobody waits for it any more. */
const NEVER = Date.UTC(9999, 11, 31);

export const TARGET_FILTERS: Kind = {
  what: 'target filters',
  async *read({ side }) {
    for await (const { items, total } of side.pages<Filter>('targetfilters'))
      yield {
        total,
        items: items.map(({ id, name, query }) => ({ key: name, title: name, id, fields: { query } })),
      };
  },
  async create({ side }, { key, fields }) {
    return (await side.send<Filter>('POST', 'targetfilters', { name: key, ...fields }))!.id;
  },
  async update({ side }, { wanted, found }) {
    await side.send('PUT', `targetfilters/${found.id}`, { name: wanted.key, ...wanted.fields });
  },
};

/** The auto-assignments of target filters. They are off until somebody starts them, unless `start` says otherwise. */
export const filterAssignmentKind = ({ start }: { start: boolean }): Kind => {
  const write = async (muster: Known, { key, fields }: Thing) => {
    const { distributionSet, actionType, weight, confirmationRequired } = fields;
    const [sets, filters] = [await muster.index(DISTRIBUTION_SETS), await muster.index(TARGET_FILTERS)];
    await muster.side.ask(
      `mutation ($input: SetAutoAssignmentInput!) { setAutoAssignment(input: $input) {
        autoAssignment { id } userErrors { message } } }`,
      {
        input: {
          targetFilterId: `TargetFilter:${idIn(filters, key)}`,
          distributionSetId: `DistributionSet:${idIn(sets, distributionSet)}`,
          forceType: FORCE_TYPES[String(actionType)],
          weight,
          confirmationRequired,
          startAt: start ? undefined : new Date(NEVER).toISOString(),
        },
      },
    );
    return undefined;
  };
  return {
    what: 'auto-assignments of target filters',
    async *read(known) {
      const sets = await known.index(DISTRIBUTION_SETS);
      for await (const { items } of known.side.pages<Filter>('targetfilters'))
        yield {
          items: items.flatMap(({ id, name, autoAssignDistributionSet: setId, ...how }) =>
            setId == null
              ? []
              : {
                  key: name,
                  title: name,
                  id,
                  fields: {
                    distributionSet: sets.byId.get(setId),
                    actionType: how.autoAssignActionType ?? undefined,
                    weight: how.autoAssignWeight ?? undefined,
                    confirmationRequired: how.confirmationRequired ?? undefined,
                  },
                },
          ),
        };
    },
    create: write,
    update: async (muster, { wanted }) => void (await write(muster, wanted)),
  };
};

/** As GraphQL calls them; an auto-assignment can't be time-forced. */
const FORCE_TYPES: Record<string, string> = {
  forced: 'FORCED',
  soft: 'SOFT',
  downloadonly: 'DOWNLOAD_ONLY',
};

/** Auto-assignments that belong to no target filter; only the newest hawkBits have them. */
export const autoAssignmentKind = ({ start }: { start: boolean }): Kind => {
  const wasOn = new Set<string>();
  return {
    what: 'auto-assignments',
    async *read(known) {
      const sets = await known.index(DISTRIBUTION_SETS);
      const filters = await known.side.all<Filter>('targetfilters');
      const ofFilters = new Set(filters.flatMap((one) => (one.autoAssignDistributionSet ? one.name : [])));
      for await (const { items, total } of known.side.pages<AutoAssignment>('autoassignments')) {
        const own = items.filter(({ name }) => !ofFilters.has(name));
        for (const { name, status } of own) if (status === 'running') wasOn.add(name);
        yield {
          total,
          items: own.map((one) => ({
            key: one.name,
            title: one.name,
            id: one.id,
            fields: {
              description: one.description ?? '',
              targetFilterQuery: one.targetFilterQuery,
              distributionSet: sets.byId.get(one.distributionSetId),
              actionType: one.actionType,
              weight: one.weight,
              confirmationRequired: one.confirmationRequired,
            },
          })),
        };
      }
    },
    async create(muster, { key, fields: { distributionSet, ...fields } }) {
      const distributionSetId = idIn(await muster.index(DISTRIBUTION_SETS), distributionSet);
      const startAt = start && wasOn.has(key) ? undefined : NEVER;
      const body = { name: key, ...given(fields), distributionSetId, startAt };
      return (await muster.side.send<AutoAssignment>('POST', 'autoassignments', body))!.id;
    },
    async update(muster, { wanted, found, fields }) {
      if (fields.every((field) => field === 'description')) {
        const body = { name: wanted.key, description: wanted.fields['description'] };
        return void (await muster.side.send('PUT', `autoassignments/${found.id}`, body));
      }
      // Nothing else of it can be changed.
      await muster.side.send('DELETE', `autoassignments/${found.id}`);
      await this.create(muster, wanted);
    },
  };
};
