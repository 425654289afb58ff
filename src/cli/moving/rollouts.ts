import { idIn, type Kind, type Thing } from './kind.ts';
import { DISTRIBUTION_SETS } from './sets.ts';
import { mapSome, Refusal, type Side } from './side.ts';
import { given } from './tags.ts';

interface Rollout {
  id: number;
  name: string;
  description?: string | null;
  targetFilterQuery: string;
  distributionSetId: number;
  status: string;
  type?: string;
  forcetime?: number;
  weight?: number;
  dynamic?: boolean;
}
interface Condition {
  expression?: string;
}
interface Group {
  name: string;
  description?: string | null;
  targetFilterQuery?: string | null;
  targetPercentage?: number | null;
  totalTargets?: number;
  dynamic?: boolean;
  confirmationRequired?: boolean;
  successCondition?: Condition;
  successAction?: { action?: string; expression?: string };
  errorCondition?: Condition;
  errorAction?: { expression?: string };
}

const WIDTH = 4;
/** They are history: as definitions they would only be dangerous. */
const OVER = new Set(['finished', 'stopped', 'deleting', 'deleted', 'error_creating']);

/** Rollouts as definitions: in Muster they are ready, and somebody has to start them. `all`: also those that are over. */
export const rolloutKind = ({ all }: { all: boolean }): Kind => ({
  what: 'rollouts',
  async *read(known) {
    const sets = await known.index(DISTRIBUTION_SETS);
    for await (const { items, total } of known.side.pages<Rollout>('rollouts')) {
      // In Muster every one counts as there: a rollout that came from hawkBit may be over since.
      const taken = items.filter(({ status }) => all || known.side.name === 'Muster' || !OVER.has(status));
      const things = await mapSome(taken, WIDTH, async (rollout): Promise<Thing> => {
        const set = sets.byId.get(rollout.distributionSetId);
        return {
          key: rollout.name,
          title: rollout.name,
          id: rollout.id,
          fields: {
            description: rollout.description ?? '',
            targetFilterQuery: rollout.targetFilterQuery,
            distributionSet: set,
            type: rollout.type ?? 'forced',
            forcetime: rollout.type === 'timeforced' ? rollout.forcetime : undefined,
            weight: rollout.weight,
            dynamic: rollout.dynamic ?? false,
            groups: await groupsOf(known.side, rollout),
          },
        };
      });
      yield { items: things, total };
    }
  },
  async create(muster, { key, fields }) {
    const { distributionSet, groups, forcetime, dynamic, ...rest } = fields;
    const distributionSetId = idIn(await muster.index(DISTRIBUTION_SETS), distributionSet);
    const made = await muster.side.send<Rollout>('POST', 'rollouts', {
      name: key,
      ...given(rest),
      distributionSetId,
      ...(forcetime !== undefined && { forcetime }),
      ...(dynamic && { dynamic }),
      groups: Object.values(groups as Record<string, string>).map((group) => JSON.parse(group)),
    });
    return made!.id;
  },
  async update(muster, { wanted, found, fields }) {
    const { description } = wanted.fields;
    if (fields.includes('description'))
      await muster.side.send('PUT', `rollouts/${found.id}`, { name: wanted.key, description });
    const others = fields.filter((field) => field !== 'description');
    if (others.length) throw new Refusal(`${others.join(', ')}: cannot be changed once it is made`, 400);
  },
});

/** Its groups by name, each in JSON; those that come by themselves later are left out. */
async function groupsOf(side: Side, { id }: Rollout): Promise<Record<string, string>> {
  const groups = await side.all<Group>(`rollouts/${id}/deploygroups?sort=id:ASC`);
  const defined = groups.filter(({ dynamic }) => !dynamic);
  return Object.fromEntries(defined.map((group) => [group.name, JSON.stringify(definitionOf(group))]));
}

const definitionOf = (group: Group) => ({
  name: group.name,
  ...(group.description && { description: group.description }),
  ...(group.targetFilterQuery && { targetFilterQuery: group.targetFilterQuery }),
  targetPercentage: Math.round((group.targetPercentage ?? 100) * 10_000) / 10_000,
  successCondition: { condition: 'THRESHOLD', expression: group.successCondition?.expression ?? '50' },
  successAction: {
    action: group.successAction?.action ?? 'NEXTGROUP',
    expression: group.successAction?.expression ?? '',
  },
  ...(group.errorCondition?.expression && {
    errorCondition: { condition: 'THRESHOLD', expression: group.errorCondition.expression },
    errorAction: { action: 'PAUSE', expression: group.errorAction?.expression ?? '' },
  }),
});
