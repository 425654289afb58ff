import type { Kind } from './kind.ts';

interface Tag {
  id: number;
  name: string;
  description?: string | null;
  colour?: string | null;
}

const tagKind = (what: string, list: 'targettags' | 'distributionsettags'): Kind => ({
  what,
  async *read({ side }) {
    for await (const { items, total } of side.pages<Tag>(list))
      yield {
        total,
        items: items.map(({ id, name, description, colour }) => ({
          key: name,
          title: name,
          id,
          fields: { description: description ?? '', colour: colour ?? '' },
        })),
      };
  },
  async create({ side }, { key, fields }) {
    const [made] = (await side.send<Tag[]>('POST', list, [{ name: key, ...given(fields) }]))!;
    return made!.id;
  },
  async update({ side }, { wanted, found }) {
    await side.send('PUT', `${list}/${found.id}`, { name: wanted.key, ...wanted.fields });
  },
});

/** Without what is empty: some texts may be missing, but not be empty. */
export const given = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined));

export const TARGET_TAGS = tagKind('target tags', 'targettags');
export const SET_TAGS = tagKind('distribution set tags', 'distributionsettags');
