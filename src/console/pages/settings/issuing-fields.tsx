import { PasswordInput, Textarea, TextInput } from '@mantine/core';
import type { AuthorityRowFragment } from '../../api/types.documents.ts';
import { typedIn } from '../../parts/form-dialog.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { certificatesTexts, issuingTexts as texts } from '../../texts/certificates.ts';

export const CERTIFICATES = {
  name: 'certificates',
  label: texts.certificates,
  description: texts.certificatesHint,
  placeholder: certificatesTexts.certificatePlaceholder,
};
export const PRIVATE_KEY = {
  name: 'privateKey',
  label: texts.privateKey,
  description: texts.privateKeyHint,
  placeholder: texts.privateKeyPlaceholder,
};

/** What is told of an EST server that signs. */
export const UPSTREAM_FIELDS = ['url', 'trustAnchors', 'username', 'password', 'certificate', 'privateKey'];

type Known = NonNullable<AuthorityRowFragment['issuing']>['upstream'];

/** What a form says of an EST server. */
export function upstreamOf(form: FormData) {
  const optional = (field: string) => typedIn(form, field) ?? null;
  return {
    url: typedIn(form, 'url') ?? '',
    trustAnchors: optional('trustAnchors'),
    username: optional('username'),
    password: optional('password'),
    certificate: optional('certificate'),
    privateKey: optional('privateKey'),
  };
}

/** Where an EST server is, and by what it knows Muster. */
export const UpstreamFields = ({
  known,
  faultOf,
}: {
  known?: Known | null;
  faultOf: (field: string) => string | undefined;
}) => (
  <>
    <RuledInput
      rule={RULES.url}
      name="url"
      label={texts.url}
      description={texts.urlHint}
      placeholder="https://ca.example.org/.well-known/est"
      defaultValue={known?.url}
      required
      withAsterisk={false}
      error={faultOf('url')}
    />
    <PemField
      name="trustAnchors"
      label={texts.trustAnchors}
      description={texts.trustAnchorsHint}
      placeholder={certificatesTexts.certificatePlaceholder}
      defaultValue={known?.trustAnchors ?? undefined}
      error={faultOf('trustAnchors')}
    />
    <TextInput
      name="username"
      label={texts.username}
      description={texts.usernameHint}
      defaultValue={known?.username ?? undefined}
      autoComplete="off"
      error={faultOf('username')}
    />
    <PasswordInput
      name="password"
      label={texts.password}
      description={texts.passwordHint}
      autoComplete="new-password"
      error={faultOf('password')}
    />
    <PemField
      name="certificate"
      label={texts.shown}
      description={texts.shownHint}
      placeholder={certificatesTexts.certificatePlaceholder}
      defaultValue={known?.certificate ?? undefined}
      error={faultOf('certificate')}
    />
    <PemField {...PRIVATE_KEY} label={texts.shownKey} error={faultOf('privateKey')} />
  </>
);

export const PemField = (field: {
  name: string;
  label: string;
  description: string;
  placeholder: string;
  defaultValue?: string | undefined;
  required?: boolean;
  error: string | undefined;
}) => (
  <Textarea {...field} withAsterisk={false} rows={6} spellCheck={false} autoComplete="off" ff="monospace" />
);
