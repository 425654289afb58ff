import type { ReactNode } from 'react';
import type { Loaded } from '../api/use-data.ts';
import { Page } from './page.tsx';
import { Answer, Empty } from './states.tsx';

/** The page of one thing. It has a title, too, while it is loaded, where that fails, and where there is no such thing. */
export function OnePage<T, One>({
  of,
  find,
  title,
  missing,
  children,
}: {
  of: Loaded<T>;
  find: (data: T) => One | null;
  /** What it is called as long as its name isn't known. */
  title: string;
  missing: { icon: ReactNode; title: string; action: ReactNode };
  children: (one: One) => ReactNode;
}) {
  const one = of.data === undefined ? null : find(of.data);
  if (one !== null) return children(one);
  return (
    <Page title={title} waiting={of.data === undefined && !of.error}>
      <Answer of={of}>{() => <Empty {...missing} />}</Answer>
    </Page>
  );
}
