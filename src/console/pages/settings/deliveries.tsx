import { Button, SegmentedControl, Text } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useMemo } from 'react';
import type { DeliveryRowFragment, WebhookDeliveryState } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { eventText } from '../../parts/event-type.ts';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { State, type Tone } from '../../parts/status.tsx';
import { tell } from '../../parts/tell.ts';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { webhooksTexts as texts } from '../../texts/webhooks.ts';
import { ResendDeliveries, WebhookDeliveries } from './webhooks.documents.ts';

const PAGE_SIZE = 25;
const ASK_EVERY_MS = 5_000;

const TONES: Record<WebhookDeliveryState, Tone> = { DELIVERED: 'good', PENDING: 'busy', FAILED: 'bad' };

const SHOWN = ['PENDING', 'DELIVERED', 'FAILED'] as const satisfies WebhookDeliveryState[];
const filterOf = (state: WebhookDeliveryState) => `state==${state.toLowerCase()}`;

/** What a webhook was sent in the last days, and what waits; it is looked at anew while it is open. */
export function Deliveries({ webhookId, mayResend }: { webhookId: string; mayResend: boolean }) {
  const columns = useMemo(() => columnsOf(webhookId, mayResend), [webhookId, mayResend]);
  const list = useList(WebhookDeliveries, {
    pageOf: (data) => data.webhookDeliveries,
    size: PAGE_SIZE,
    columns,
    variables: { webhookId },
  });
  useInterval(list.of.reload, ASK_EVERY_MS, { autoInvoke: true });
  return (
    <FilteredList
      list={list}
      of="WEBHOOK_DELIVERY"
      placeholder={texts.filterPlaceholder}
      beside={
        <SegmentedControl
          size="xs"
          aria-label={texts.shownLabel}
          data={[
            { value: '', label: texts.all },
            ...SHOWN.map((state) => ({ value: filterOf(state), label: texts.deliveryStates[state] })),
          ]}
          value={list.filter}
          onChange={list.setFilter}
        />
      }
      above={mayResend && <ResendFailed webhookId={webhookId} />}
      empty={
        <Text size="sm" c="dimmed">
          {texts.noDelivery}
        </Text>
      }
    >
      <DataTable
        {...list.table}
        label={texts.deliveries}
        keyOf={({ id }) => id}
        nameOf={({ type }) => eventText(type)}
        height="360px"
      />
    </FilteredList>
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
        const outcome = await resend({ input: { webhookId, deliveries: { filter: filterOf('FAILED') } } });
        tell(outcome, texts.resent(outcome?.payload.affectedCount ?? 0));
      }}
    >
      {texts.resendFailed}
    </Button>
  );
}
