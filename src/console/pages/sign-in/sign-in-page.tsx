import { Alert, Box, Center, Divider, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useData } from '../../api/use-data.ts';
import mark from '../../mark.svg';
import { common } from '../../texts/common.ts';
import { signInTexts as texts } from '../../texts/shell.ts';
import { IssuerButton } from './issuer-button.tsx';
import { PasswordForm } from './password-form.tsx';
import { WaysToSignIn } from './sign-in.documents.ts';

/** Only pages of the console: an address of elsewhere could be made to look like ours. */
const isOwnPage = (back: string | undefined): back is string =>
  back !== undefined && /^\/(?![/\\])/.test(back);

/** Where the reader was, and why a sign-in at the issuer, which brought them back there, did not work. */
function placeOf(back: string | undefined): { back?: string; problem?: string } {
  if (!isOwnPage(back)) return {};
  const [path = '/', query] = back.split('?', 2);
  const search = new URLSearchParams(query);
  const problem = search.get('signInError') ?? undefined;
  if (problem === undefined) return { back };
  search.delete('signInError');
  return { back: search.size > 0 ? `${path}?${search}` : path, problem };
}

export function SignInPage() {
  useDocumentTitle(`${texts.title} · ${common.product}`);
  const { back: given, expired } = useSearch({ from: '/sign-in' });
  const { back, problem } = placeOf(given);
  const { data, loading } = useData(WaysToSignIn, {});
  const navigate = useNavigate();
  const router = useRouter();
  const issuer = data?.signInOptions.openIdConnect;
  // Where the server does not say, the form says what is wrong as soon as somebody tries.
  const hasPassword = data?.signInOptions.password ?? true;

  function goBack() {
    if (back) router.history.replace(router.history.createHref(`${basePath(router.basepath)}${back}`));
    else void navigate({ to: '/', replace: true });
  }

  return (
    <Center component="main" mih="100%" p="md" style={{ background: 'var(--ground)' }}>
      <Box w="100%" maw={380}>
        <Stack gap="xs" align="center" mb="lg">
          <img src={mark} width={48} height={48} alt="" />
          <Title order={1} size="h2">
            {common.product}
          </Title>
          <Text c="dimmed">{texts.lead}</Text>
        </Stack>
        <Paper
          withBorder
          p="xl"
          radius="lg"
          style={{ background: 'var(--surface)', visibility: loading ? 'hidden' : undefined }}
          aria-busy={loading}
        >
          <Stack>
            {expired && (
              <Alert color="brand" variant="light" role="status">
                {texts.expired}
              </Alert>
            )}
            {issuer && problem && (
              <Alert color="red" variant="light" role="alert">
                {(texts.issuer[problem] ?? texts.issuerFailed)(issuer.name)}
              </Alert>
            )}
            {hasPassword && <PasswordForm onSignedIn={goBack} />}
            {issuer && hasPassword && <Divider label={texts.or} />}
            {issuer && <IssuerButton issuer={issuer} back={back} />}
          </Stack>
        </Paper>
      </Box>
    </Center>
  );
}

const basePath = (path: string) => path.replace(/\/+$/, '');
