import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { type SignInRefusal, signIn } from '../../api/session.ts';
import { signInTexts as texts } from '../../texts/shell.ts';

export function PasswordForm({ onSignedIn }: { onSignedIn: () => void }) {
  const [refusal, setRefusal] = useState<SignInRefusal>();
  const [busy, setBusy] = useState(false);

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    const refused = await signIn(String(form.get('username')), String(form.get('password')));
    setBusy(false);
    setRefusal(refused);
    if (!refused) onSignedIn();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
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
      </Stack>
    </form>
  );
}

function textOf({ reason, again }: SignInRefusal): string {
  return reason === 'throttled' ? texts.throttled(again) : texts[reason];
}
