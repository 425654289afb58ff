import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes } from 'react';
import { common } from '../texts/common.ts';

type Native<P> = P & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P>;

/** A link to a page of the console. */
export const PageLink = createLink((props: Native<AnchorProps>) => <Anchor size="sm" {...props} />);

/** A link to a page of the console that looks like a button. */
export const PageButton = createLink((props: Native<ButtonProps>) => <Button component="a" {...props} />);

/** Leads from the page of one thing to the list of all. */
export const BackLink = createLink((props: Native<AnchorProps>) => (
  <Anchor size="xs" {...props}>
    <IconArrowLeft size={12} aria-hidden /> {common.back}
  </Anchor>
));
