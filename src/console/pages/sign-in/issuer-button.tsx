import { Button } from '@mantine/core';
import { addressOf, BASE } from '../../api/base.ts';
import { signInTexts as texts } from '../../texts/shell.ts';

/** Sign-in at an issuer. It brings the reader `back` to where they were. */
export function IssuerButton({
  issuer,
  back = '/',
}: {
  issuer: { name: string; url: string };
  back: string | undefined;
}) {
  const url = new URL(issuer.url, addressOf('.'));
  url.searchParams.set('returnTo', `${BASE.pathname.replace(/\/$/, '')}${back}`);
  return (
    <Button component="a" href={url.href} variant="default" fullWidth>
      {texts.withIssuer(issuer.name)}
    </Button>
  );
}
