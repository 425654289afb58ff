import { Code } from '@mantine/core';
import { IconKey, IconKeyOff } from '@tabler/icons-react';
import { useState } from 'react';
import { grantText } from '../../api/grants.ts';
import type { KeyRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { CreatedList } from '../../parts/created-list.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { type Place, pageArguments } from '../../parts/place.ts';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { type NewToken, TokenDialog } from '../../parts/token-dialog.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { keysTexts as texts } from '../../texts/settings.ts';
import { ApiKeys, DeleteApiKey } from './access.documents.ts';
import { KeyDialog } from './key-dialog.tsx';
import { roleNames } from './roles-field.tsx';

const PAGE_SIZE = 100;

const COLUMNS: readonly Column<KeyRowFragment>[] = [
  { id: 'name', label: texts.columns.name, cell: ({ name }) => name },
  { id: 'prefix', label: texts.columns.prefix, cell: ({ prefix }) => <Code>{prefix}</Code> },
  { id: 'owner', label: texts.columns.owner, cell: ({ owner }) => owner.username },
  {
    id: 'permissions',
    label: texts.columns.permissions,
    cell: (key) =>
      [...roleNames(key), ...key.grants.map(grantText), ...(key.scope ? [texts.scoped(key.scope)] : [])].join(
        ', ',
      ) || common.none,
  },
  { id: 'used', label: texts.columns.used, cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
  { id: 'expires', label: texts.columns.expires, cell: ({ expiresAt }) => <When at={expiresAt} /> },
  { id: 'actions', label: common.actions, cell: (key) => <RevokeButton apiKey={key} /> },
];

/** What scripts and other servers sign in with. */
export function KeysTab() {
  const [place, setPlace] = useState<Place>({});
  const keys = useData(ApiKeys, pageArguments(place, PAGE_SIZE), { keep: true });
  const [making, setMaking] = useState(false);
  const [token, setToken] = useState<NewToken>();
  const create = <CreateButton label={texts.create} onClick={() => setMaking(true)} />;
  return (
    <>
      <CreatedList
        of={keys}
        page={keys.data?.apiKeys}
        place={place}
        size={PAGE_SIZE}
        onMove={setPlace}
        create={create}
        icon={<IconKey size={40} stroke={1.4} />}
        emptyTitle={texts.emptyTitle}
        emptyHint={texts.emptyHint}
        label={texts.columns.name}
        keyOf={({ id }) => id}
        nameOf={({ name }) => name}
        columns={COLUMNS}
      />
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
