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
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { quoted } from '../api/filters.ts';
import { signOut } from '../api/session.ts';
import { useData } from '../api/use-data.ts';
import { useViewer } from '../api/use-viewer.ts';
import { shell } from '../texts/shell.ts';
import { MORE_PLACES, PLACES } from './navigation.ts';
import { PaletteTargets } from './palette.documents.ts';

const [store, palette] = createSpotlight();
const PAUSE_MS = 150;

/** Everything one can go to or do, by keyboard. It is open as soon as it is loaded. */
export function Palette({ opened }: { opened: number }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time it is wanted
  useEffect(() => palette.open(), [opened]);
  const [query, setQuery] = useState('');
  const targets = useTargets(query.trim());
  return (
    <Spotlight
      store={store}
      query={query}
      onQueryChange={setQuery}
      actions={[usePages(), useCommands(), targets]}
      // What was found by the server is found already.
      filter={(asked, groups) => [
        ...groups.slice(0, -1).map((group) => matching(group as SpotlightActionGroupData, asked)),
        ...groups.slice(-1),
      ]}
      shortcut={null}
      nothingFound={shell.paletteEmpty}
      highlightQuery
      scrollable
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: shell.palette,
        'aria-label': shell.palette,
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

/** Targets whose name or controller ID has the text, and the way to all of them. */
function useTargets(query: string): SpotlightActionGroupData {
  const { may } = useViewer();
  const navigate = useNavigate();
  const [text] = useDebouncedValue(query, PAUSE_MS);
  const isAsked = text !== '' && may('READ_TARGET');
  const found = quoted(`*${text.replaceAll('*', '')}*`);
  const filter = `controllerId==${found} or name==${found}`;
  const { data } = useData(PaletteTargets, { filter }, { pause: !isAsked });
  const nodes = (isAsked && data?.targets.nodes) || [];
  const icon = <IconDeviceDesktop size={20} stroke={1.6} />;
  const actions: SpotlightActionData[] = nodes.map(({ id, controllerId, name }) => ({
    id,
    label: controllerId,
    description: name === controllerId ? undefined : name,
    leftSection: icon,
    onClick: () => void navigate({ to: '/targets/$controllerId', params: { controllerId } }),
  }));
  if (nodes.length > 0)
    actions.push({
      id: 'find',
      label: shell.findTargets(text),
      leftSection: <IconFilter size={20} stroke={1.6} />,
      onClick: () => void navigate({ to: '/targets', search: { filter } }),
    });
  return { group: shell.foundTargets, actions };
}
