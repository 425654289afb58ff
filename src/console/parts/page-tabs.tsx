import { Tabs } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Refused } from './states.tsx';

export interface PageTab<Name extends string> {
  name: Name;
  label: string;
  content: ReactNode;
  /** Whether the caller may see it. */
  isSeen?: boolean;
}

/**
 * The tabs of a page, of which the address names the open one: the first where it names none that the caller sees. On
 * narrow screens their heads are scrolled, and that of the open one is in sight.
 */
export function PageTabs<Name extends string>({
  tab,
  tabs,
  onChange,
}: {
  tab: Name | undefined;
  tabs: readonly PageTab<Name>[];
  onChange: (tab: Name) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const seen = tabs.filter(({ isSeen = true }) => isSeen);
  const open = (seen.find(({ name }) => name === tab) ?? seen[0])?.name;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another one only
  useEffect(() => {
    // Some browsers answer a promise, which would be no way to clean up.
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  if (open === undefined) return <Refused />;
  return (
    <Tabs value={open} onChange={(next) => onChange(next as Name)} keepMounted={false}>
      <Tabs.List ref={list} mb="md">
        {seen.map(({ name, label }) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {seen.map(({ name, content }) => (
        <Tabs.Panel key={name} value={name}>
          {content}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
