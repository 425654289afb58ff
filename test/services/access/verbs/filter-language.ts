import { filterableOf } from '../../../../src/services/platform/filter-language/entities.ts';
import { listFilterFields } from '../../../../src/services/platform/filter-language/fields.ts';
import { suggestInFilter } from '../../../../src/services/platform/filter-language/suggest.ts';
import { validateFilter } from '../../../../src/services/platform/filter-language/validate.ts';
import type { Context } from '../../../../src/services/shared/context.ts';
import { ITS_OWN, type Verbs } from './verb.ts';

const LANGUAGE = 'it says what can be written, and nothing of any target';

const suggested = async (context: Context, text: string) =>
  (await suggestInFilter(context, { of: 'target', text })).map((one) => one.text);

export const FILTER_LANGUAGE_VERBS: Verbs = {
  filterableOf: {
    needs: ['READ_TARGET'],
    call: async (c) => filterableOf(c, 'target').needs,
    unnarrowed: LANGUAGE,
    elsewhere: ITS_OWN,
  },
  listFilterFields: {
    needs: ['READ_TARGET'],
    call: async (c) => listFilterFields(c, 'target'),
    unnarrowed: LANGUAGE,
    elsewhere: ITS_OWN,
  },
  validateFilter: {
    needs: ['READ_TARGET'],
    call: (c) => validateFilter(c, 'target', 'name=='),
    unnarrowed: LANGUAGE,
    elsewhere: ITS_OWN,
  },
  'suggestInFilter, groups': {
    needs: ['READ_TARGET'],
    call: (c, { name }) => suggested(c, `group==${name}`),
    beyond: { READ_TARGET: [] },
  },
  'suggestInFilter, controllerIds': {
    needs: ['READ_TARGET'],
    call: (c, { name }) => suggested(c, `controllerId==${name}`),
    beyond: { READ_TARGET: [] },
  },
  'suggestInFilter, keys': {
    needs: ['READ_TARGET'],
    call: async (c, { name }) =>
      (await suggested(c, `attribute.${name}`)).filter((one) => one.startsWith('attribute')),
    beyond: { READ_TARGET: [] },
  },
  'suggestInFilter, values of a key': {
    needs: ['READ_TARGET'],
    call: (c, { name }) => suggested(c, `metadata.${name}==`),
    beyond: { READ_TARGET: [] },
  },
  'suggestInFilter, types': {
    needs: ['READ_TARGET'],
    call: (c, { name }) => suggested(c, `type.name==${name}`),
    beyond: { READ_TARGET_TYPE: [] },
    unnarrowed: 'types have their own scope',
  },
};
