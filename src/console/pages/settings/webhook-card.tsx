import { Button, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useClient } from 'urql';
import type { DeliveryRowFragment, WebhookRowFragment, WebhookState } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { eventText } from '../../parts/event-type.ts';
import { Fact, Facts } from '../../parts/fact.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { State, type Tone } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { webhooksTexts as texts } from '../../texts/webhooks.ts';
import { Deliveries } from './deliveries.tsx';
import { DeleteWebhook, DeliveryOutcome, TestWebhook } from './webhooks.documents.ts';

const TONES: Record<WebhookState, Tone> = {
  ACTIVE: 'good',
  FAILING: 'warn',
  SUSPENDED: 'bad',
  INACTIVE: 'quiet',
};

/** One webhook: its state, what it is sent, and how that went. */
export function WebhookCard({ webhook, onEdit }: { webhook: WebhookRowFragment; onEdit: () => void }) {
  const { may } = useViewer();
  const [remove] = useChange(DeleteWebhook);
  const { id, name, url, state, eventTypes, lastError, failingSince, viewerCan } = webhook;
  const open = useSearch({ from: '/shell/settings' }).webhook === id;
  const navigate = useNavigate({ from: '/settings' });
  const setOpen = (next: boolean) =>
    void navigate({ search: { tab: 'webhooks', ...(next && { webhook: id }) }, replace: true });
  return (
    <Card
      title={name}
      hint={url}
      actions={
        <>
          {viewerCan.test && (state === 'ACTIVE' || state === 'FAILING') && (
            <TestButton id={id} onSent={() => setOpen(true)} />
          )}
          {viewerCan.update && <EditButton label={texts.editLabel(name)} onClick={onEdit} />}
          {viewerCan.delete && (
            <RemoveButton
              label={texts.removeLabel(name)}
              text={texts.removeText}
              told={texts.removed}
              remove={() => remove({ input: { id } })}
            />
          )}
        </>
      }
    >
      <Facts>
        <Fact label={texts.state}>
          <State tone={TONES[state]}>{texts.states[state]}</State>
          {failingSince && (
            <Text size="xs" c="dimmed" component="div">
              {texts.since} <When at={failingSince} size="xs" />
              {lastError && `: ${lastError}`}
            </Text>
          )}
        </Fact>
        <Fact label={texts.events}>
          {eventTypes ? eventTypes.map(eventText).join(', ') : texts.allEvents}
        </Fact>
      </Facts>
      {may('READ_AUDIT') && (
        <div>
          <Button size="compact-sm" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? texts.hideDeliveries : texts.showDeliveries}
          </Button>
        </div>
      )}
      {open && <Deliveries webhookId={id} mayResend={viewerCan.update} />}
    </Card>
  );
}

const LOOKS = 15;
const LOOK_EVERY_MS = 1_000;

/** Sends an event of its own, waits for the answer, and tells it. */
function TestButton({ id, onSent }: { id: string; onSent: () => void }) {
  const client = useClient();
  const [test] = useChange(TestWebhook);
  const [busy, setBusy] = useState(false);

  async function answerOf(delivery: DeliveryRowFragment): Promise<DeliveryRowFragment> {
    let last = delivery;
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      const { data } = await client
        .query(DeliveryOutcome, { id: delivery.id }, { requestPolicy: 'network-only' })
        .toPromise();
      last = data?.webhookDelivery ?? last;
      if (last.state !== 'PENDING' || last.lastError !== null) break;
    }
    return last;
  }

  async function run() {
    setBusy(true);
    const outcome = await test({ input: { id } });
    const [fault] = outcome?.faults ?? [];
    if (fault) void failure(fault.message);
    const sent = outcome?.payload.webhookDelivery;
    if (sent) {
      const { state, lastStatus, lastError } = await answerOf(sent);
      if (state === 'DELIVERED') void done(texts.tested(lastStatus));
      else void failure(lastError ? texts.testFailed(lastError) : texts.testWaits);
      onSent();
    }
    setBusy(false);
  }

  return (
    <Button size="compact-sm" variant="default" loading={busy} onClick={() => void run()}>
      {texts.test}
    </Button>
  );
}
