import DataLoader from 'dataloader';
import type { Caller, Context, Platform } from '../../services/context.ts';
import { findTargetTypes, type TargetType } from '../../services/target-types/find.ts';
import { type Attribute, findAttributes } from '../../services/targets/attributes.ts';

/** What every resolver gets: what the services work with, and loaders of this one request. */
export interface GraphqlContext extends Context {
  loaders: Loaders;
}

/** They gather what the items of a page ask for into one statement each. */
export interface Loaders {
  /** By target id. */
  attributes: DataLoader<number, Attribute[]>;
  targetTypes: DataLoader<number, TargetType | null>;
}

export function openContext(platform: Platform, caller: Caller): GraphqlContext {
  const context: Context = { ...platform, caller };
  return { ...context, loaders: openLoaders(context) };
}

/** They batch and don't remember: a mutation may come after a mutation of the same target. */
const REMEMBER_NOTHING = { cache: false } as const;

function openLoaders(context: Context): Loaders {
  return {
    attributes: new DataLoader(async (ids) => {
      const found = await findAttributes(context, ids);
      return ids.map((id) => found.get(id) ?? []);
    }, REMEMBER_NOTHING),
    targetTypes: new DataLoader(async (ids) => {
      const found = await findTargetTypes(context, ids);
      return found.map((targetType) => targetType ?? null);
    }, REMEMBER_NOTHING),
  };
}
