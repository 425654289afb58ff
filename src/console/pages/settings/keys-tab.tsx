import { ActionIcon, Button, Code, Group, TextInput } from '@mantine/core';
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { ApiKeysQuery } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { confirm } from '../../parts/confirm.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { Empty, Failed } from '../../parts/states.tsx';
import { type NewToken, TokenDialog } from '../../parts/token-dialog.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { keysTexts as texts } from '../../texts/settings.ts';
import { ApiKeys, CreateApiKey, RevokeApiKey } from './settings.documents.ts';

type KeyRow = ApiKeysQuery['apiKeys']['nodes'][number];

const COLUMNS: readonly Column<KeyRow>[] = [
  { id: 'name', label: texts.columns.name, cell: ({ name }) => name },
  { id: 'prefix', label: texts.columns.prefix, cell: ({ prefix }) => <Code>{prefix}</Code> },
  { id: 'owner', label: texts.columns.owner, cell: ({ owner }) => owner },
  { id: 'used', label: texts.columns.used, cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
  { id: 'expires', label: texts.columns.expires, cell: ({ expiresAt }) => <When at={expiresAt} /> },
  { id: 'actions', label: common.actions, cell: (key) => <RevokeButton apiKey={key} /> },
];

/** What scripts and other servers sign in with. */
export function KeysTab() {
  const keys = useData(ApiKeys, {});
  const [making, setMaking] = useState(false);
  const [token, setToken] = useState<NewToken>();
  const rows = keys.data?.apiKeys.nodes;
  const create = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
      {texts.create}
    </Button>
  );
  if (keys.error && !rows) return <Failed error={keys.error} reload={keys.reload} />;
  return (
    <>
      {rows?.length === 0 ? (
        <Empty
          icon={<IconKey size={40} stroke={1.4} />}
          title={texts.emptyTitle}
          hint={texts.emptyHint}
          action={create}
        />
      ) : (
        <>
          <Group justify="flex-end" mb="md">
            {create}
          </Group>
          <DataTable
            label={texts.columns.name}
            rows={rows}
            keyOf={({ id }) => id}
            nameOf={({ name }) => name}
            columns={COLUMNS}
          />
        </>
      )}
      {making && <NewKeyDialog onClose={() => setMaking(false)} onToken={setToken} />}
      {token && <TokenDialog {...token} onClose={() => setToken(undefined)} />}
    </>
  );
}

function NewKeyDialog({ onClose, onToken }: { onClose: () => void; onToken: (token: NewToken) => void }) {
  const [create] = useChange(CreateApiKey);
  return (
    <FormDialog
      title={texts.create}
      action={texts.submit}
      fields={['name']}
      onClose={onClose}
      run={async (form) => {
        const name = typedIn(form, 'name') ?? '';
        const outcome = await create({ input: { name } });
        const { key } = outcome?.payload ?? {};
        if (key)
          onToken({
            title: texts.tokenTitle(name),
            text: texts.tokenText,
            copyLabel: texts.copy,
            token: key,
          });
        return outcome?.faults;
      }}
    >
      {(faultOf) => (
        <TextInput
          name="name"
          label={texts.name}
          error={faultOf('name')}
          required
          withAsterisk={false}
          data-autofocus
          autoComplete="off"
        />
      )}
    </FormDialog>
  );
}

function RevokeButton({ apiKey: { id, name } }: { apiKey: KeyRow }) {
  const [revoke, revoking] = useChange(RevokeApiKey);
  const label = texts.revokeLabel(name);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      loading={revoking}
      onClick={async () => {
        const question = { title: `${label}?`, text: texts.revokeText, action: common.remove, danger: true };
        if (!(await confirm(question))) return;
        const outcome = await revoke({ input: { id } });
        const [fault] = outcome?.faults ?? [];
        if (outcome) void (fault ? failure(fault.message) : done(texts.revoked));
      }}
    >
      <IconTrash size={16} />
    </ActionIcon>
  );
}
