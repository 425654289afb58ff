import { idIn, type Kind, keyOf, lacking } from './kind.ts';
import { DISTRIBUTION_SETS } from './sets.ts';
import { SET_TAGS } from './tags.ts';

/** Which sets have a tag: so few that they count as a field of the tag. */
export const TAGGED_SETS: Kind = {
  what: 'tags of distribution sets',
  async *read(known) {
    for (const tag of (await known.index(SET_TAGS)).byKey.values()) {
      const path = `distributionsettags/${tag.id}/assigned`;
      const sets = await known.side.all<{ name: string; version: string }>(path);
      const keys = sets.map(({ name, version }) => keyOf(name, version)).sort();
      yield { items: [{ ...tag, fields: { sets: keys } }] };
    }
  },
  isPart: true,
  create: async () => undefined,
  async update(muster, { wanted, found }) {
    const index = await muster.index(DISTRIBUTION_SETS);
    const missing = lacking(wanted.fields['sets'], found.fields['sets']).map((set) => idIn(index, set));
    await muster.side.send('POST', `distributionsettags/${found.id}/assigned`, missing);
  },
};
