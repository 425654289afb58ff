import { NavLink, type NavLinkProps } from '@mantine/core';
import { createLink, useLocation } from '@tanstack/react-router';
import { useViewer } from '../api/use-viewer.ts';
import { PLACES } from './navigation.ts';
import classes from './shell.module.css';

const PlaceLink = createLink((props: NavLinkProps & { href?: string }) => (
  <NavLink component="a" {...props} />
));

const isWithin = (pathname: string, path: string) =>
  pathname === path || (path !== '/' && pathname.startsWith(`${path}/`));

/** The places that the caller may go to. */
export function Sidebar() {
  const { may } = useViewer();
  const { pathname } = useLocation();
  return PLACES.filter(({ needs }) => may(...needs)).map(({ to, label, icon: Icon, also = [] }) => {
    const active = [to, ...also].some((path) => isWithin(pathname, path));
    return (
      <PlaceLink
        key={to}
        to={to}
        label={label}
        leftSection={<Icon size={18} stroke={1.7} />}
        active={active}
        aria-current={active ? 'page' : undefined}
        className={classes.place}
      />
    );
  });
}
