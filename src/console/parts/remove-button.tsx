import { ActionIcon, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type ComponentType, useState } from 'react';
import type { Outcome } from '../api/use-change.ts';
import { common } from '../texts/common.ts';
import { confirm } from './confirm.ts';
import { tell } from './tell.ts';

/** Deletes something of a list, after a question. */
export function RemoveButton({
  label,
  text,
  action = common.delete,
  told,
  icon: Icon = IconTrash,
  remove,
}: {
  /** What is deleted, by name: `Delete ada`. */
  label: string;
  /** What comes of it. */
  text: string;
  action?: string;
  /** What is said when it is done. */
  told: string;
  icon?: ComponentType<{ size?: number }>;
  remove: () => Promise<Outcome<unknown>>;
}) {
  const [busy, setBusy] = useState(false);
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        loading={busy}
        onClick={async () => {
          if (!(await confirm({ title: `${label}?`, text, action, danger: true }))) return;
          setBusy(true);
          tell(await remove(), told);
          setBusy(false);
        }}
      >
        <Icon size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
