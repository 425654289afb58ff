import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { DeliveryRowFragment, WebhookDeliveryState } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import type { Column } from '../../parts/data-table.tsx';
import { eventText } from '../../parts/event-type.ts';
import { ListTable } from '../../parts/list-table.tsx';
import { type Place, pageArguments } from '../../parts/place.ts';
import { State, type Tone } from '../../parts/status.tsx';
import { tell } from '../../parts/tell.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { webhooksTexts as texts } from '../../texts/webhooks.ts';
import { ResendDeliveries, WebhookDeliveries } from './webhooks.documents.ts';

const PAGE_SIZE = 25;
const ASK_EVERY_MS = 5_000;

const TONES: Record<WebhookDeliveryState, Tone> = { DELIVERED: 'good', PENDING: 'busy', FAILED: 'bad' };

const FAILED = 'state==failed';

type Shown = 'all' | WebhookDeliveryState;

/** What a webhook was sent in the last days, and what waits; it is looked at anew while it is open. */
export function Deliveries({ webhookId, mayResend }: { webhookId: string; mayResend: boolean }) {
  const [place, setPlace] = useState<Place>({});
  const [shown, setShown] = useState<Shown>('all');
  const filter = shown === 'all' ? undefined : `state==${shown.toLowerCase()}`;
  const answer = useData(
    WebhookDeliveries,
    { webhookId, filter, ...pageArguments(place, PAGE_SIZE) },
    { keep: true },
  );
  useInterval(answer.reload, ASK_EVERY_MS, { autoInvoke: true });
  const columns = useMemo(() => columnsOf(webhookId, mayResend), [webhookId, mayResend]);
  return (
    <>
      <Group justify="space-between" gap="sm">
        <SegmentedControl
          size="xs"
          aria-label={texts.shownLabel}
          data={(['all', 'PENDING', 'DELIVERED', 'FAILED'] as const).map((value) => ({
            value,
            label: value === 'all' ? texts.all : texts.deliveryStates[value],
          }))}
          value={shown}
          onChange={(value) => {
            setShown(value as Shown);
            setPlace({});
          }}
        />
        {mayResend && <ResendFailed webhookId={webhookId} />}
      </Group>
      <ListTable
        of={answer}
        page={answer.data?.webhookDeliveries}
        place={place}
        size={PAGE_SIZE}
        onMove={setPlace}
        empty={
          <Text size="sm" c="dimmed">
            {texts.noDelivery}
          </Text>
        }
        label={texts.deliveries}
        keyOf={({ id }) => id}
        nameOf={({ type }) => eventText(type)}
        columns={columns}
        height="360px"
      />
    </>
  );
}

const columnsOf = (webhookId: string, mayResend: boolean): Column<DeliveryRowFragment>[] => [
  { id: 'at', label: texts.columns.at, cell: ({ createdAt }) => <When at={createdAt} /> },
  { id: 'type', label: texts.columns.type, cell: ({ type }) => eventText(type) },
  {
    id: 'subjects',
    label: texts.columns.subjects,
    cell: ({ subjects }) => subjects?.join(', ') ?? common.none,
  },
  {
    id: 'state',
    label: texts.columns.state,
    cell: ({ state }) => <State tone={TONES[state]}>{texts.deliveryStates[state]}</State>,
  },
  {
    id: 'answer',
    label: texts.columns.answer,
    cell: ({ lastStatus, lastError }) => lastError ?? lastStatus ?? common.none,
  },
  { id: 'attempts', label: texts.columns.attempts, cell: ({ attempts }) => attempts },
  ...(mayResend
    ? [
        {
          id: 'resend',
          label: common.actions,
          cell: ({ id, state, type }: DeliveryRowFragment) =>
            state !== 'PENDING' && <Resend webhookId={webhookId} id={id} type={type} />,
        },
      ]
    : []),
];

function Resend({ webhookId, id, type }: { webhookId: string; id: string; type: string }) {
  const [resend, busy] = useChange(ResendDeliveries);
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={busy}
      aria-label={texts.resendLabel(eventText(type))}
      onClick={async () =>
        tell(await resend({ input: { webhookId, deliveries: { ids: [id] } } }), texts.resent(1))
      }
    >
      {texts.resend}
    </Button>
  );
}

function ResendFailed({ webhookId }: { webhookId: string }) {
  const [resend, busy] = useChange(ResendDeliveries);
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={busy}
      onClick={async () => {
        const outcome = await resend({ input: { webhookId, deliveries: { filter: FAILED } } });
        tell(outcome, texts.resent(outcome?.payload.affectedCount ?? 0));
      }}
    >
      {texts.resendFailed}
    </Button>
  );
}
