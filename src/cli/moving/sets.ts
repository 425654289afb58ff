import { idIn, type Kind, keyOf, lacking, lackingEntries, titleOf } from './kind.ts';
import { type Module, metadataOf, moduleKey, SOFTWARE_MODULES } from './modules.ts';
import { mapSome, Refusal, type Side } from './side.ts';
import { given } from './tags.ts';

interface DistributionSet {
  id: number;
  name: string;
  version: string;
  type: string;
  description?: string | null;
  requiredMigrationStep?: boolean;
  locked?: boolean;
  valid?: boolean;
  modules?: Module[];
}

const WIDTH = 8;

const setKey = ({ name, version }: DistributionSet): string => keyOf(name, version);

export const DISTRIBUTION_SETS: Kind = {
  what: 'distribution sets',
  async *read({ side }) {
    for await (const { items, total } of side.pages<DistributionSet>('distributionsets')) {
      const things = await mapSome(items, WIDTH, async (set) => {
        const modules = set.modules ?? (await side.all<Module>(`distributionsets/${set.id}/assignedSM`));
        return {
          key: setKey(set),
          title: titleOf(setKey(set)),
          id: set.id,
          fields: {
            type: set.type,
            description: set.description ?? '',
            requiredMigrationStep: set.requiredMigrationStep ?? false,
            modules: modules.map(moduleKey).sort(),
            metadata: await metadataOf(side, `distributionsets/${set.id}`),
          },
        };
      });
      yield { items: things, total };
    }
  },
  async create(muster, { key, fields: { metadata, modules, ...fields } }) {
    const [name, version] = JSON.parse(key) as string[];
    const index = await muster.index(SOFTWARE_MODULES);
    const ids = (modules as string[]).map((module) => ({ id: idIn(index, module) }));
    const body = { name, version, ...given(fields), modules: ids };
    const [made] = (await muster.side.send<DistributionSet[]>('POST', 'distributionsets', [body]))!;
    await addMetadata(muster.side, made!.id, Object.entries(metadata ?? {}) as [string, string][]);
    return made!.id;
  },
  async update(muster, { wanted, found, fields }) {
    const { description, requiredMigrationStep, modules, metadata } = wanted.fields;
    const path = `distributionsets/${found.id}`;
    if (fields.includes('description')) await muster.side.send('PUT', path, { description });
    if (fields.includes('requiredMigrationStep'))
      await muster.side.send('PUT', path, { requiredMigrationStep });
    const index = await muster.index(SOFTWARE_MODULES);
    const more = lacking(modules, found.fields['modules']).map((module) => ({ id: idIn(index, module) }));
    if (more.length) await muster.side.send('POST', `${path}/assignedSM`, more);
    await addMetadata(muster.side, found.id, lackingEntries(metadata, found.fields['metadata']));
    if (fields.includes('type')) throw new Refusal('type: cannot be changed once it is made', 400);
  },
};

async function addMetadata(side: Side, id: number, entries: [string, string][]): Promise<void> {
  const body = entries.map(([key, value]) => ({ key, value }));
  if (body.length) await side.send('POST', `distributionsets/${id}/metadata`, body);
}

/** Whether sets are locked or invalid. Last of all: nothing can be done with an invalid set any more. */
export const SET_STATES: Kind = {
  what: 'states of distribution sets',
  async *read({ side }) {
    for await (const { items, total } of side.pages<DistributionSet>('distributionsets'))
      yield {
        total,
        items: items.map((set) => ({
          key: setKey(set),
          title: titleOf(setKey(set)),
          id: set.id,
          fields: { locked: set.locked, valid: set.valid },
        })),
      };
  },
  isPart: true,
  create: async () => undefined,
  async update({ side }, { wanted, found, fields }) {
    const path = `distributionsets/${found.id}`;
    if (fields.includes('locked')) await side.send('PUT', path, { locked: wanted.fields['locked'] });
    if (!fields.includes('valid')) return;
    if (wanted.fields['valid']) throw new Refusal('is invalid in Muster, which is for good', 400);
    // Actions that there are stay as they are.
    await side.send('POST', `${path}/invalidate`, { actionCancelationType: 'none' });
  },
};
