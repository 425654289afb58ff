import { hash } from 'node:crypto';
import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { LRUCache } from 'lru-cache';
import type { AnnouncementListener, Announcements } from '../platform/announcements.ts';
import { newPlaces, type Places } from './places.ts';

/** Tenants, and of each of them conditions, that totals are remembered for. */
const TENANTS_AT_MOST = 1_000;
const CONDITIONS_AT_MOST = 100;
/** Lists of all tenants together that places are remembered of. */
const LISTS_AT_MOST = 200;

/** How many targets there are in lists, and places in these, remembered until something of the tenant changes. */
export interface Totals {
  /** How many of a tenant's targets fulfil the condition, which must not depend on what nobody announces: the polls. */
  remembered(tenantId: number, condition: SQL | undefined, count: () => Promise<number>): Promise<number>;
  /**
   * Places in the list of those targets; undefined where nothing may be remembered. Neither the condition nor the order may
   * depend on polls. What is noted must be read from a database that had everything when the places were asked for.
   */
  places(tenantId: number, condition: SQL | undefined, order: Order): Places | undefined;
}

interface Order {
  name: string;
  /** Whether no change of a target moves it in this order. */
  isFixed: boolean;
}

type Counted = Promise<number>;
interface OfTenant {
  /** Of all targets, by `ALL`. */
  all: LRUCache<string, Counted>;
  matching: LRUCache<string, Counted>;
  /** The same two of places: they are other ones when something has changed. */
  placesOfAll: number;
  placesOfMatching: number;
}

const ALL = '';

const dialect = new PgDialect();
const keyOf = (condition: SQL) => hash('sha256', JSON.stringify(dialect.sqlToQuery(condition)), 'base64');

/**
 * Remembers totals. A count that is under way is forgotten, too, when something changes: it may have begun before. So in
 * the process that made a change no total is older than it, and in others none that is asked for after its announcement.
 */
export function openTotals(announcements: Pick<Announcements, 'subscribe' | 'trustworthy'>): Totals {
  const tenants = new LRUCache<number, OfTenant>({ max: TENANTS_AT_MOST });
  const lists = new LRUCache<string, Places>({ max: LISTS_AT_MOST });
  announcements.subscribe(forgetting(tenants));

  const ofTenant = (tenantId: number): OfTenant => {
    const known = tenants.get(tenantId) ?? {
      all: new LRUCache({ max: 1 }),
      matching: new LRUCache({ max: CONDITIONS_AT_MOST }),
      placesOfAll: newGeneration(),
      placesOfMatching: newGeneration(),
    };
    tenants.set(tenantId, known);
    return known;
  };
  return {
    remembered(tenantId, condition, count) {
      if (!announcements.trustworthy()) return count();
      const { all, matching } = ofTenant(tenantId);
      const totals = condition ? matching : all;
      const key = condition ? keyOf(condition) : ALL;
      const known = totals.get(key);
      if (known) return known;
      const total = count();
      totals.set(key, total);
      total.catch(() => {
        if (totals.get(key) === total) totals.delete(key);
      });
      return total;
    },
    places(tenantId, condition, { name, isFixed }) {
      if (!announcements.trustworthy()) return undefined;
      const { placesOfAll, placesOfMatching } = ofTenant(tenantId);
      const generation = isFixed && !condition ? placesOfAll : placesOfMatching;
      const key = `${generation} ${name} ${condition ? keyOf(condition) : ALL}`;
      const places = lists.get(key) ?? newPlaces();
      lists.set(key, places);
      return places;
    },
  };
}

let generations = 0;
const newGeneration = () => ++generations;

/** Anything that is announced may change which targets match; only what is new or gone changes how many there are. */
function forgetting(tenants: LRUCache<number, OfTenant>): AnnouncementListener {
  const forget = ({ tenantId }: { tenantId: number }) => void tenants.delete(tenantId);
  const forgetMatching = ({ tenantId }: { tenantId: number }) => {
    const known = tenants.peek(tenantId);
    if (!known) return;
    known.matching.clear();
    known.placesOfMatching = newGeneration();
  };
  return {
    changed(change) {
      const isOfSome = change.controllerIds !== undefined && change.kind !== 'deleted';
      if (isOfSome || change.kind === 'settings') forgetMatching(change);
      else forget(change);
    },
    created: forget,
    reported: forgetMatching,
    rollouts: forgetMatching,
    pending: forgetMatching,
    audit: forgetMatching,
    everything: () => tenants.clear(),
  };
}
