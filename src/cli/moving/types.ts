import { type Change, type Fields, idIn, type Kind, type Known, lacking } from './kind.ts';
import { mapSome, Refusal, type Side } from './side.ts';
import { given } from './tags.ts';

interface Type {
  id: number;
  /** Target types of older hawkBits have none. */
  key?: string;
  name: string;
  description?: string | null;
  colour?: string | null;
  maxAssignments?: number;
  minArtifacts?: number;
}
type List = 'softwaremoduletypes' | 'distributionsettypes' | 'targettypes';

const WIDTH = 4;

/** What all three kinds of types have in common; `more` reads what else one of them has. */
const typeKind = (
  what: string,
  list: List,
  own: {
    more(known: Known, type: Type): Promise<Fields>;
    body(muster: Known, fields: Fields): Promise<object>;
    change?(muster: Known, change: Change): Promise<void>;
  },
): Kind => ({
  what,
  async *read(known) {
    for await (const { items, total } of known.side.pages<Type>(list)) {
      const things = await mapSome(items, WIDTH, async (type) => ({
        key: type.key ?? type.name,
        title: type.key ?? type.name,
        id: type.id,
        fields: {
          name: type.name,
          description: type.description ?? '',
          colour: type.colour ?? '',
          ...(await own.more(known, type)),
        },
      }));
      yield { items: things, total };
    }
  },
  async create(muster, { key, fields: { name, description, colour, ...rest } }) {
    const body = { key, name, ...given({ description, colour }), ...(await own.body(muster, rest)) };
    const [made] = (await muster.side.send<Type[]>('POST', list, [body]))!;
    return made!.id;
  },
  async update(muster, change) {
    const { wanted, found, fields } = change;
    const plain = fields.filter((field) => CHANGEABLE[list].includes(field));
    if (plain.length) {
      const body = Object.fromEntries(plain.map((field) => [field, wanted.fields[field]]));
      const name = list === 'targettypes' ? { name: wanted.fields['name'] } : {};
      await muster.side.send('PUT', `${list}/${found.id}`, { ...name, ...body });
    }
    await own.change?.(muster, change);
    const fixed = fields.filter((field) => FIXED.includes(field) && !plain.includes(field));
    if (fixed.length) throw new Refusal(`${fixed.join(', ')}: cannot be changed once it is made`, 400);
  },
});

const CHANGEABLE: Record<List, readonly string[]> = {
  softwaremoduletypes: ['description', 'colour'],
  distributionsettypes: ['description', 'colour'],
  targettypes: ['name', 'description', 'colour'],
};
const FIXED = ['name', 'maxAssignments', 'minArtifacts'];

const keysAt = async (side: Side, path: string): Promise<string[]> => {
  const found = await side.getIfKnown<Type[]>(path);
  return (found ?? []).map(({ key, name }) => key ?? name).sort();
};
const references = async (muster: Known, kind: Kind, keys: unknown) => {
  const index = await muster.index(kind);
  return ((keys ?? []) as string[]).map((key) => ({ id: idIn(index, key) }));
};

export const MODULE_TYPES = typeKind('software module types', 'softwaremoduletypes', {
  more: async (_, { maxAssignments, minArtifacts }) => ({ maxAssignments, minArtifacts }),
  body: async (_, fields) => given(fields),
});

export const SET_TYPES = typeKind('distribution set types', 'distributionsettypes', {
  more: async ({ side }, { id }) => ({
    mandatory: await keysAt(side, `distributionsettypes/${id}/mandatorymoduletypes`),
    optional: await keysAt(side, `distributionsettypes/${id}/optionalmoduletypes`),
  }),
  body: async (muster, { mandatory, optional }) => ({
    mandatorymodules: await references(muster, MODULE_TYPES, mandatory),
    optionalmodules: await references(muster, MODULE_TYPES, optional),
  }),
  async change(muster, { wanted, found }) {
    for (const role of ['mandatory', 'optional'] as const)
      for (const body of await references(
        muster,
        MODULE_TYPES,
        lacking(wanted.fields[role], found.fields[role]),
      ))
        await muster.side.send('POST', `distributionsettypes/${found.id}/${role}moduletypes`, body);
  },
});

export const TARGET_TYPES = typeKind('target types', 'targettypes', {
  more: async ({ side }, { id }) => ({
    setTypes: await keysAt(side, `targettypes/${id}/compatibledistributionsettypes`),
  }),
  body: async (muster, { setTypes }) => ({
    compatibledistributionsettypes: await references(muster, SET_TYPES, setTypes),
  }),
  async change(muster, { wanted, found }) {
    const more = lacking(wanted.fields['setTypes'], found.fields['setTypes']);
    const body = await references(muster, SET_TYPES, more);
    if (body.length)
      await muster.side.send('POST', `targettypes/${found.id}/compatibledistributionsettypes`, body);
  },
});
