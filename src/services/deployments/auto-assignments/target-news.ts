import type { Announcement } from '../../platform/announcement.ts';
import type { Announcements } from '../../platform/announcements.ts';

/** What has become known of a tenant's targets since the last time. */
export interface TargetNews {
  /** New or changed ones. */
  names: Set<string>;
  /** Whether there are new ones besides. */
  moreCreated: boolean;
  /** Whether others may have changed besides. */
  moreChanged: boolean;
}

export interface NewsOfTargets {
  /** What has become known since the last time; undefined where that is nothing. */
  take(): (tenantId: number) => TargetNews | undefined;
  /** Gives back what somebody couldn't use. */
  keep(tenantId: number, news: TargetNews): void;
}

/** Names that are kept for all tenants: of what is beyond them it is only known that it happened. */
const NAMES_AT_MOST = 10_000;

/** Gathers what any process announces of targets, in bounded memory. */
export function gatherNewsOfTargets(announcements: Announcements): NewsOfTargets {
  let known = new Map<number, TargetNews>();
  let named = 0;
  let missed = false;

  const newsOf = (tenantId: number): TargetNews => {
    const news = known.get(tenantId) ?? { names: new Set(), moreCreated: false, moreChanged: false };
    known.set(tenantId, news);
    return news;
  };
  const note = (tenantId: number, names: Iterable<string> | undefined, otherwise: keyof TargetNews) => {
    const news = newsOf(tenantId);
    for (const name of names ?? []) {
      if (named >= NAMES_AT_MOST) return Object.assign(news, { [otherwise]: true });
      if (!news.names.has(name)) named++;
      news.names.add(name);
    }
    if (!names) Object.assign(news, { [otherwise]: true });
    return news;
  };

  announcements.subscribe({
    changed({ tenantId, controllerIds, kind }: Announcement) {
      if (kind !== 'settings' && kind !== 'deleted') note(tenantId, controllerIds, 'moreChanged');
    },
    created: ({ tenantId, controllerIds }) => void note(tenantId, controllerIds, 'moreCreated'),
    everything() {
      missed = true;
    },
  });
  return {
    take() {
      const [taken, isAny] = [known, missed];
      known = new Map();
      named = 0;
      missed = false;
      return (tenantId) => {
        const its = taken.get(tenantId);
        return isAny ? { names: new Set(), ...its, moreCreated: true, moreChanged: true } : its;
      };
    },
    keep(tenantId, { names, moreCreated, moreChanged }) {
      const news = note(tenantId, names, 'moreCreated');
      news.moreCreated ||= moreCreated;
      news.moreChanged ||= moreChanged;
    },
  };
}
