import { Alert, Button } from '@mantine/core';
import { addressOf, BASE } from '../../api/base.ts';
import { useData } from '../../api/use-data.ts';
import { signInTexts as texts } from '../../texts/shell.ts';
import { WaysToSignIn } from './sign-in.documents.ts';

/** Sign-in at an issuer, where the server has one. It brings the reader back to where they were. */
export function IssuerButton({ back = '/' }: { back?: string }) {
  const { data } = useData(WaysToSignIn, {});
  const issuer = data?.signInOptions.openIdConnect;
  if (!issuer) return null;
  const [path = '/', query] = back.split('?', 2);
  const search = new URLSearchParams(query);
  const problem = search.get('signInError');
  search.delete('signInError');
  const returnTo = `${BASE.pathname.replace(/\/$/, '')}${path}${search.size > 0 ? `?${search}` : ''}`;
  const url = new URL(issuer.url, addressOf('.'));
  url.searchParams.set('returnTo', returnTo);
  return (
    <>
      {problem && (
        <Alert color="red" variant="light" role="alert">
          {texts.issuer[problem] ?? texts.failed}
        </Alert>
      )}
      <Button component="a" href={url.href} variant="default" fullWidth>
        {texts.withIssuer(issuer.name)}
      </Button>
    </>
  );
}
