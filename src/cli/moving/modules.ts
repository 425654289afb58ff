import { type Kind, keyOf, lackingEntries, titleOf } from './kind.ts';
import { mapSome, Refusal, type Side } from './side.ts';
import { given } from './tags.ts';

export interface Module {
  id: number;
  type: string;
  name: string;
  version: string;
  description?: string | null;
  vendor?: string | null;
  encrypted?: boolean;
  locked?: boolean;
}
interface Entry {
  key: string;
  value?: string;
  targetVisible?: boolean;
}

const WIDTH = 8;

export const moduleKey = ({ type, name, version }: Pick<Module, 'type' | 'name' | 'version'>): string =>
  keyOf(type, name, version);

/** Metadata as one map; of a module an entry may be for devices to see. */
export async function metadataOf(side: Side, path: string): Promise<Record<string, string>> {
  const entries = await side.all<Entry>(`${path}/metadata`);
  return Object.fromEntries(
    entries.map(({ key, value, targetVisible }) => [
      key,
      targetVisible === undefined ? (value ?? '') : JSON.stringify([value ?? '', targetVisible]),
    ]),
  );
}

export const SOFTWARE_MODULES: Kind = {
  what: 'software modules',
  async *read({ side }) {
    for await (const { items, total } of side.pages<Module>('softwaremodules')) {
      const things = await mapSome(items, WIDTH, async (module) => {
        const key = moduleKey(module);
        return {
          key,
          title: titleOf(key),
          id: module.id,
          fields: {
            description: module.description ?? '',
            vendor: module.vendor ?? '',
            encrypted: module.encrypted ?? false,
            metadata: await metadataOf(side, `softwaremodules/${module.id}`),
          },
        };
      });
      yield { items: things, total };
    }
  },
  async create({ side }, { key, fields: { metadata, ...fields } }) {
    const [type, name, version] = JSON.parse(key) as string[];
    const body = { type, name, version, ...given(fields) };
    const [made] = (await side.send<Module[]>('POST', 'softwaremodules', [body]))!;
    await addMetadata(side, made!.id, Object.entries(metadata ?? {}) as [string, string][]);
    return made!.id;
  },
  async update({ side }, { wanted, found, fields }) {
    const { description, vendor, metadata } = wanted.fields;
    if (fields.includes('description') || fields.includes('vendor'))
      await side.send('PUT', `softwaremodules/${found.id}`, { description, vendor });
    await addMetadata(side, found.id, lackingEntries(metadata, found.fields['metadata']));
    if (fields.includes('encrypted')) throw new Refusal('encrypted: cannot be changed once it is made', 400);
  },
};

async function addMetadata(side: Side, id: number, entries: [string, string][]): Promise<void> {
  if (!entries.length) return;
  const body = entries.map(([key, text]) => {
    const [value, targetVisible] = JSON.parse(text) as [string, boolean];
    return { key, value, targetVisible };
  });
  await side.send('POST', `softwaremodules/${id}/metadata`, body);
}

/** Whether modules are locked; after all that belongs to them is there. */
export const MODULE_STATES: Kind = {
  what: 'locks of software modules',
  async *read({ side }) {
    for await (const { items, total } of side.pages<Module>('softwaremodules'))
      yield {
        total,
        items: items.map((module) => {
          const key = moduleKey(module);
          return { key, title: titleOf(key), id: module.id, fields: { locked: module.locked } };
        }),
      };
  },
  isPart: true,
  create: async () => undefined,
  async update({ side }, { wanted, found }) {
    await side.send('PUT', `softwaremodules/${found.id}`, { locked: wanted.fields['locked'] });
  },
};
