import { Group, Stack } from '@mantine/core';
import { IconWebhook } from '@tabler/icons-react';
import { useState } from 'react';
import type { WebhookRowFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { type NewToken, TokenDialog } from '../../parts/token-dialog.tsx';
import { webhooksTexts as texts } from '../../texts/webhooks.ts';
import { WebhookCard } from './webhook-card.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';
import { Webhooks } from './webhooks.documents.ts';

/** Where events are sent to. */
export function WebhooksTab() {
  const webhooks = useData(Webhooks, {});
  const { can } = useViewer();
  const [edited, setEdited] = useState<WebhookRowFragment | 'new'>();
  const [secret, setSecret] = useState<NewToken>();
  const create = can.createWebhooks && <CreateButton label={texts.create} onClick={() => setEdited('new')} />;
  return (
    <>
      <Answer of={webhooks}>
        {({ webhooks: { nodes } }) =>
          nodes.length === 0 ? (
            <Empty
              icon={<IconWebhook size={40} stroke={1.4} />}
              title={texts.emptyTitle}
              hint={texts.emptyHint}
              action={create}
            />
          ) : (
            <Stack>
              {create && <Group justify="flex-end">{create}</Group>}
              {nodes.map((webhook) => (
                <WebhookCard key={webhook.id} webhook={webhook} onEdit={() => setEdited(webhook)} />
              ))}
            </Stack>
          )
        }
      </Answer>
      {edited && (
        <WebhookDialog
          webhook={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onSecret={setSecret}
        />
      )}
      {secret && <TokenDialog {...secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}
