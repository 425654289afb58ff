import { Code } from '@mantine/core';
import { IconKey, IconKeyOff } from '@tabler/icons-react';
import { useState } from 'react';
import { grantText } from '../../api/grants.ts';
import type { ApiKeyOrderField, KeyRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Empty } from '../../parts/states.tsx';
import { type NewToken, TokenDialog } from '../../parts/token-dialog.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { keysTexts as texts } from '../../texts/settings.ts';
import { ApiKeys, DeleteApiKey } from './access.documents.ts';
import { KeyDialog } from './key-dialog.tsx';
import { roleNames } from './roles-field.tsx';

const PAGE_SIZE = 100;

const COLUMNS: readonly Column<KeyRowFragment, ApiKeyOrderField>[] = [
  { id: 'name', label: texts.columns.name, order: 'NAME', cell: ({ name }) => name },
  { id: 'prefix', label: texts.columns.prefix, cell: ({ prefix }) => <Code>{prefix}</Code> },
  { id: 'owner', label: texts.columns.owner, order: 'OWNER', cell: ({ owner }) => owner.username },
  {
    id: 'permissions',
    label: texts.columns.permissions,
    cell: (key) =>
      [...roleNames(key), ...key.grants.map(grantText), ...(key.scope ? [texts.scoped(key.scope)] : [])].join(
        ', ',
      ) || common.none,
  },
  {
    id: 'used',
    label: texts.columns.used,
    order: 'LAST_USED_AT',
    cell: ({ lastUsedAt }) => <When at={lastUsedAt} />,
  },
  {
    id: 'expires',
    label: texts.columns.expires,
    order: 'EXPIRES_AT',
    cell: ({ expiresAt }) => <When at={expiresAt} />,
  },
  { id: 'actions', label: common.actions, cell: (key) => <RevokeButton apiKey={key} /> },
];

/** What scripts and other servers sign in with. */
export function KeysTab() {
  const list = useList(ApiKeys, { pageOf: (data) => data.apiKeys, size: PAGE_SIZE, columns: COLUMNS });
  const [making, setMaking] = useState(false);
  const [token, setToken] = useState<NewToken>();
  const create = <CreateButton label={texts.create} onClick={() => setMaking(true)} />;
  return (
    <>
      <FilteredList
        list={list}
        of="API_KEY"
        placeholder={texts.filterPlaceholder}
        beside={create}
        empty={
          <Empty
            icon={<IconKey size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={create}
          />
        }
      >
        <DataTable
          {...list.table}
          label={texts.columns.name}
          keyOf={({ id }) => id}
          nameOf={({ name }) => name}
        />
      </FilteredList>
      {making && <KeyDialog onClose={() => setMaking(false)} onToken={setToken} />}
      {token && <TokenDialog {...token} onClose={() => setToken(undefined)} />}
    </>
  );
}

function RevokeButton({ apiKey: { id, name } }: { apiKey: KeyRowFragment }) {
  const [revoke] = useChange(DeleteApiKey);
  return (
    <RemoveButton
      label={texts.revokeLabel(name)}
      text={texts.revokeText}
      action={texts.revoke}
      icon={IconKeyOff}
      told={texts.revoked}
      remove={() => revoke({ input: { id } })}
    />
  );
}
