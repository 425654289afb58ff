import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes } from 'react';

type Native<P> = P & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P>;

/** A link to a page of the console. */
export const PageLink = createLink((props: Native<AnchorProps>) => <Anchor size="sm" {...props} />);

/** A link to a page of the console that looks like a button. */
export const PageButton = createLink((props: Native<ButtonProps>) => <Button component="a" {...props} />);
