import {
  DEFAULT_SET_TYPE_KEY,
  isConfigurationKey,
} from '../../services/platform/tenants/configuration-keys.ts';
import { idIn, type Kind, type Value } from './kind.ts';
import { Refusal } from './side.ts';
import { SET_TYPES } from './types.ts';

type Settings = Record<string, { value: string | number | boolean | null; global?: boolean }>;

/** The settings of the tenant as they hold in hawkBit, also those that its operator set for all tenants. */
export const CONFIGURATION: Kind = {
  what: 'settings of the tenant',
  async *read(known) {
    const settings = (await known.side.get<Settings>('system/configs')) ?? {};
    const types = await known.index(SET_TYPES);
    const items = Object.entries(settings).flatMap(([key, { value, global }]) => {
      // What Muster doesn't know is told of only where somebody has set it.
      if (value === null || (!isConfigurationKey(key) && global !== false)) return [];
      const told: Value = key === DEFAULT_SET_TYPE_KEY ? types.byId.get(Number(value)) : value;
      return [{ key, title: key, id: 0, fields: { [key]: told } }];
    });
    yield { items, total: items.length };
  },
  async create() {
    throw new Refusal('Muster has no such setting', 404);
  },
  async update(muster, { wanted: { key, fields } }) {
    const value = fields[key];
    const sent = key === DEFAULT_SET_TYPE_KEY ? idIn(await muster.index(SET_TYPES), value) : value;
    await muster.side.send('PUT', `system/configs/${encodeURIComponent(key)}`, { value: sent });
  },
  hasMore: true,
};
