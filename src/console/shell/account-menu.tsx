import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconApi, IconDeviceLaptop, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { addressOf } from '../api/base.ts';
import { signOut } from '../api/session.ts';
import { useViewer } from '../api/use-viewer.ts';
import { shell } from '../texts/shell.ts';
import { AccountButton } from './account-button.tsx';

const SCHEMES = [
  ['light', shell.light, IconSun],
  ['dark', shell.dark, IconMoon],
  ['auto', shell.system, IconDeviceLaptop],
] as const;

/** Who is signed in, the color scheme, and signing out. It begins open where it was wanted before it was loaded. */
export function AccountMenu({ isWanted }: { isWanted: boolean }) {
  const { viewer } = useViewer();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = viewer?.username ?? '';
  return (
    <Menu defaultOpened={isWanted} position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <AccountButton />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name}
          <br />
          {shell.tenant(viewer?.tenant ?? '')}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{shell.colorScheme}</Menu.Label>
        {SCHEMES.map(([value, label, Icon]) => (
          <Menu.RadioItem
            key={value}
            value={value}
            checked={colorScheme === value}
            onClick={() => setColorScheme(value)}
            rightSection={<Icon size={16} />}
          >
            {label}
          </Menu.RadioItem>
        ))}
        <Menu.Divider />
        <Menu.Item component="a" href={addressOf('graphql')} leftSection={<IconApi size={16} />}>
          {shell.api}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {shell.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
