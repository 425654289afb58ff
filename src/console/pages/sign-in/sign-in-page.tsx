import {
  Alert,
  Box,
  Button,
  Center,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { type SignInRefusal, signIn } from '../../api/session.ts';
import mark from '../../mark.svg';
import { common } from '../../texts/common.ts';
import { signInTexts as texts } from '../../texts/shell.ts';
import { IssuerButton } from './issuer-button.tsx';

/** Only pages of the console: an address of elsewhere could be made to look like ours. */
const isOwnPage = (back: string | undefined): back is string =>
  back !== undefined && /^\/(?![/\\])/.test(back);

export function SignInPage() {
  useDocumentTitle(`${texts.title} · ${common.product}`);
  const { back, expired } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const router = useRouter();
  const [refusal, setRefusal] = useState<SignInRefusal>();
  const [busy, setBusy] = useState(false);

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    const refused = await signIn(String(form.get('username')), String(form.get('password')));
    setBusy(false);
    setRefusal(refused);
    if (refused) return;
    if (isOwnPage(back))
      router.history.replace(router.history.createHref(`${basePath(router.basepath)}${back}`));
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
        <Paper withBorder p="xl" radius="lg" style={{ background: 'var(--surface)' }}>
          <form onSubmit={submit}>
            <Stack>
              {expired && !refusal && (
                <Alert color="brand" variant="light" role="status">
                  {texts.expired}
                </Alert>
              )}
              {refusal && (
                <Alert color="red" variant="light" role="alert">
                  {textOf(refusal)}
                </Alert>
              )}
              <TextInput
                name="username"
                label={texts.username}
                description={texts.usernameHint}
                autoComplete="username"
                autoCapitalize="none"
                required
                withAsterisk={false}
                autoFocus
              />
              <PasswordInput
                name="password"
                label={texts.password}
                autoComplete="current-password"
                required
                withAsterisk={false}
              />
              <Button type="submit" loading={busy} fullWidth>
                {texts.submit}
              </Button>
              <IssuerButton back={back} />
            </Stack>
          </form>
        </Paper>
      </Box>
    </Center>
  );
}

const basePath = (path: string) => path.replace(/\/+$/, '');

function textOf({ reason, again }: SignInRefusal): string {
  return reason === 'throttled' ? texts.throttled(again) : texts[reason];
}
