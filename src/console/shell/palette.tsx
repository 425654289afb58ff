import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from '@mantine/spotlight';
import {
  IconDeviceDesktop,
  IconDeviceLaptop,
  IconFilter,
  IconFolder,
  IconLogout,
  IconMoon,
  IconPackage,
  IconRocket,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { quoted } from '../api/filters.ts';
import { signOut } from '../api/session.ts';
import type { PaletteFoundQuery } from '../api/types.documents.ts';
import { useData } from '../api/use-data.ts';
import { useViewer } from '../api/use-viewer.ts';
import { shell } from '../texts/shell.ts';
import { MORE_PLACES, PLACES } from './navigation.ts';
import { PaletteFound } from './palette.documents.ts';

const [store, palette] = createSpotlight();
const PAUSE_MS = 150;
const ICON = { size: 20, stroke: 1.6 };

/** Everything one can go to or do, by keyboard. It is open as soon as it is loaded. */
export function Palette({ opened }: { opened: number }) {
  const [query, setQuery] = useState('');
  const before = useRef<Element>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time it is wanted
  useEffect(() => {
    if (store.getState().opened) return;
    before.current = document.activeElement;
    setQuery('');
    palette.open();
  }, [opened]);
  const own = [usePages(), useCommands()];
  const { groups: found, isFailed } = useFound(query.trim());
  return (
    <Spotlight
      store={store}
      query={query}
      onQueryChange={setQuery}
      actions={[...own, ...found]}
      // What was found by the server is found already.
      filter={(asked, groups) => [
        ...groups.slice(0, own.length).map((group) => matching(group as SpotlightActionGroupData, asked)),
        ...groups.slice(own.length),
      ]}
      shortcut={null}
      clearQueryOnClose={false}
      returnFocus={false}
      onSpotlightClose={() => {
        const { activeElement, body } = document;
        const isLost = activeElement === body || activeElement?.closest('[role=dialog]');
        if (isLost && before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
      }}
      nothingFound={isFailed ? shell.paletteFailed : shell.paletteEmpty}
      highlightQuery
      scrollable
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: shell.palette,
        'aria-label': shell.palette,
        autoFocus: true,
      }}
    />
  );
}

function matching({ group, actions }: SpotlightActionGroupData, query: string): SpotlightActionGroupData {
  const words = query.trim().toLowerCase().split(/\s+/);
  const fits = ({ label = '' }: SpotlightActionData) =>
    words.every((word) => label.toLowerCase().includes(word));
  return { group, actions: actions.filter(fits) };
}

function usePages(): SpotlightActionGroupData {
  const { may, isAdmin } = useViewer();
  const navigate = useNavigate();
  const places = [...PLACES, ...MORE_PLACES] as typeof MORE_PLACES;
  const actions = places
    .filter(({ needs, isForAdmins }) => may(...needs) && (isAdmin || !isForAdmins))
    .map(({ to, search, label, icon: Icon }) => ({
      id: `${to} ${search?.['tab'] ?? ''}`,
      label,
      leftSection: <Icon size={20} stroke={1.6} />,
      onClick: () => void navigate({ to, search }),
    }));
  return { group: shell.pages, actions };
}

const SCHEMES = [
  ['light', shell.light, IconSun],
  ['dark', shell.dark, IconMoon],
  ['auto', shell.system, IconDeviceLaptop],
] as const;

function useCommands(): SpotlightActionGroupData {
  const { setColorScheme } = useMantineColorScheme();
  return {
    group: shell.commands,
    actions: [
      ...SCHEMES.map(([value, label, Icon]) => ({
        id: `scheme ${value}`,
        label: `${shell.colorScheme}: ${label}`,
        leftSection: <Icon size={20} stroke={1.6} />,
        onClick: () => setColorScheme(value),
      })),
      {
        id: 'sign-out',
        label: shell.signOut,
        leftSection: <IconLogout size={20} stroke={1.6} />,
        onClick: () => void signOut(),
      },
    ],
  };
}

const MOST_GROUPS = 4;
const WORD = /^[\w.-]+$/;

/** What the server has by that name: targets, their groups, sets and rollouts; and the way to all of the targets. */
function useFound(query: string): { groups: SpotlightActionGroupData[]; isFailed: boolean } {
  const { may } = useViewer();
  const navigate = useNavigate();
  const [text] = useDebouncedValue(query, PAUSE_MS);
  const found = quoted(`*${text.replaceAll('*', '')}*`);
  const filter = `controllerId==${found} or name==${found}`;
  const seen = {
    seesTargets: may('READ_TARGET'),
    seesSets: may('READ_DISTRIBUTION_SET'),
    seesRollouts: may('READ_ROLLOUT'),
  };
  const isAsked = text !== '' && Object.values(seen).some(Boolean);
  const groups = `group==${WORD.test(text) ? text : '"'}`;
  const answer = useData(
    PaletteFound,
    { targets: filter, named: `name==${found}`, groups, ...seen },
    { pause: !isAsked },
  );
  if (!isAsked) return { groups: [], isFailed: false };
  const { targets, distributionSets, rollouts } = answer.data ?? {};
  const targetActions: SpotlightActionData[] = (targets?.nodes ?? []).map(({ id, controllerId, name }) => ({
    id,
    label: controllerId,
    description: name === controllerId ? undefined : name,
    leftSection: <IconDeviceDesktop {...ICON} />,
    onClick: () => void navigate({ to: '/targets/$controllerId', params: { controllerId } }),
  }));
  if (targetActions.length > 0)
    targetActions.push({
      id: 'find',
      label: shell.findTargets(text),
      leftSection: <IconFilter {...ICON} />,
      onClick: () => void navigate({ to: '/targets', search: { filter } }),
    });
  const groupsFound = [
    { group: shell.foundTargets, actions: targetActions },
    {
      group: shell.foundGroups,
      actions: groupsIn(answer.data, text).map((name) => ({
        id: `group ${name}`,
        label: name,
        leftSection: <IconFolder {...ICON} />,
        onClick: () => void navigate({ to: '/targets', search: { filter: `group==${quoted(name)}` } }),
      })),
    },
    {
      group: shell.foundSets,
      actions: (distributionSets?.nodes ?? []).map(({ id, number, name, version }) => ({
        id,
        label: `${name} ${version}`,
        leftSection: <IconPackage {...ICON} />,
        onClick: () =>
          void navigate({ to: '/distribution-sets/$number', params: { number: String(number) } }),
      })),
    },
    {
      group: shell.rollouts,
      actions: (rollouts?.nodes ?? []).map(({ id, number, name }) => ({
        id,
        label: name,
        leftSection: <IconRocket {...ICON} />,
        onClick: () => void navigate({ to: '/rollouts/$number', params: { number: String(number) } }),
      })),
    },
  ];
  return { groups: groupsFound, isFailed: answer.error !== undefined };
}

/** The names of groups that are in use, as the filter language suggests them. */
function groupsIn(found: PaletteFoundQuery | undefined, text: string): string[] {
  const asked = text.toLowerCase();
  return (found?.groups ?? [])
    .filter(({ kind }) => kind === 'VALUE')
    .map(({ text: value }) => value.replace(/^"(.*)"$/s, '$1').replace(/\\(["\\])/g, '$1'))
    .filter((name) => !name.includes('*') && name.toLowerCase().includes(asked))
    .slice(0, MOST_GROUPS);
}
