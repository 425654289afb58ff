import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { signOut } from '../api/session.ts';
import { useViewer } from '../api/use-viewer.ts';
import { shell } from '../texts/shell.ts';
import { PLACES } from './navigation.ts';

const [store, palette] = createSpotlight();

/** Everything one can go to or do, by keyboard. It is open as soon as it is loaded. */
export function Palette({ opened }: { opened: number }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time it is wanted
  useEffect(() => palette.open(), [opened]);
  const { may } = useViewer();
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = [
    ...PLACES.filter(({ needs }) => may(...needs)).map(({ to, label, icon: Icon }) => ({
      id: to,
      label,
      leftSection: <Icon size={20} stroke={1.6} />,
      onClick: () => void navigate({ to }),
    })),
    { id: 'sign-out', label: shell.signOut, onClick: () => void signOut() },
  ];
  return (
    <Spotlight
      store={store}
      actions={actions}
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
