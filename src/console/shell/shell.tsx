import { AppShell, Burger, Center, Group, Loader, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useDisclosure, useHotkeys, useWindowEvent } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import { session } from '../api/session.ts';
import { useStore } from '../api/store.ts';
import { useViewer } from '../api/use-viewer.ts';
import { lazyPart } from '../parts/lazy-part.ts';
import { Failed } from '../parts/states.tsx';
import { shell } from '../texts/shell.ts';
import { AccountButton } from './account-button.tsx';
import { GoneBanner } from './gone-banner.tsx';
import { Mark } from './mark.tsx';
import classes from './shell.module.css';
import { Sidebar } from './sidebar.tsx';

const Palette = lazyPart(async () => (await import('./palette.tsx')).Palette);
const AccountMenu = lazyPart(async () => (await import('./account-menu.tsx')).AccountMenu);

/** What surrounds each page: who isn't signed in is sent to the sign-in and comes back here. */
export function Shell() {
  const { viewer, loading, error, reload } = useViewer();
  const { state } = useStore(session);
  const navigate = useNavigate();
  const { href, pathname } = useLocation();
  const isOut = state === 'out' || state === 'expired';

  // Who comes back after a while learns at once whether the session is over.
  useWindowEvent('focus', reload);

  const leaving = useRef(false);
  useEffect(() => {
    if (!isOut || leaving.current) return;
    leaving.current = true;
    const back = href === '/' ? undefined : href;
    void navigate({
      to: '/sign-in',
      search: { back, expired: state === 'expired' || undefined },
      replace: true,
    });
  }, [isOut, href, state, navigate]);

  if (viewer && !isOut) return <Frame pathname={pathname} />;
  return (
    <Center h="100%" p="md">
      {error && !isOut && !loading ? (
        <Failed error={error} reload={reload} />
      ) : (
        <Loader aria-label={shell.fleet} />
      )}
    </Center>
  );
}

function Frame({ pathname }: { pathname: string }) {
  const [open, { toggle, close }] = useDisclosure(false);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const [isAccountWanted, setAccountWanted] = useState(false);
  const [paletteOpened, setPaletteOpened] = useState(0);
  const openPalette = () => setPaletteOpened((times) => times + 1);
  useHotkeys([['mod+K', openPalette]], []);

  // A new page is read from its start, also by those who don't see it; some begin with a field.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only with another page
  useEffect(() => {
    close();
    if (first.current) first.current = false;
    else if (!main.current?.querySelector(':is(input, textarea):focus'))
      main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="lg"
      className={classes.shell}
    >
      <AppShell.Header className={classes.header}>
        <a
          className="skip"
          href={`${pathname}#content`}
          onClick={(event) => {
            event.preventDefault();
            main.current?.focus();
          }}
        >
          {shell.skip}
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={open ? shell.closeNavigation : shell.openNavigation}
            />
            <Mark />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <UnstyledButton className={classes.search} onClick={openPalette}>
              <IconSearch size={16} aria-hidden />
              <Text span size="sm" visibleFrom="xs">
                {shell.palette}
              </Text>
              <VisuallyHidden hiddenFrom="xs">{shell.palette}</VisuallyHidden>
              <kbd className={classes.key}>{shell.paletteHint}</kbd>
            </UnstyledButton>
            <Suspense fallback={<AccountButton onClick={() => setAccountWanted(true)} />}>
              <AccountMenu isWanted={isAccountWanted} />
            </Suspense>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" className={classes.navbar} aria-label={shell.navigation}>
        <Sidebar />
      </AppShell.Navbar>
      <AppShell.Main ref={main} id="content" tabIndex={-1} className={classes.main}>
        <GoneBanner />
        <Outlet />
      </AppShell.Main>
      <Suspense>{paletteOpened > 0 && <Palette opened={paletteOpened} />}</Suspense>
    </AppShell>
  );
}
