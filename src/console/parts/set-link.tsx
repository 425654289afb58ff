import { common } from '../texts/common.ts';
import { PageLink } from './links.tsx';

/** The name of a distribution set, which leads to its page. */
export const SetLink = ({ set }: { set: { number: number; name: string; version: string } | null }) =>
  set ? (
    <PageLink to="/distribution-sets/$number" params={{ number: String(set.number) }}>
      {set.name} {set.version}
    </PageLink>
  ) : (
    common.none
  );
