import { Checkbox, MultiSelect, Switch } from '@mantine/core';
import { useState } from 'react';
import { WebhookEventTypeValues } from '../../api/enums.documents.ts';
import type { WebhookEventType, WebhookRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { eventText } from '../../parts/event-type.ts';
import { FormDialog, typedIn } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { done } from '../../parts/notify.tsx';
import { RuledInput } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import type { NewToken } from '../../parts/token-dialog.tsx';
import { webhooksTexts as texts } from '../../texts/webhooks.ts';
import { CreateWebhook, UpdateWebhook } from './webhooks.documents.ts';

/** The kinds of events: of each there are all, as `TARGET`, and single ones, as `TARGET_CREATED`. */
const KINDS = WebhookEventTypeValues.filter((type) =>
  WebhookEventTypeValues.some((other) => other.startsWith(`${type}_`)),
);
const kindOf = (type: WebhookEventType) =>
  KINDS.filter((kind) => type === kind || type.startsWith(`${kind}_`)).at(-1);

/** All types of events, under their kinds. */
const CHOICES = KINDS.map((kind) => ({
  group: eventText(kind),
  items: WebhookEventTypeValues.filter((type) => kindOf(type) === kind).map((type) => ({
    value: type,
    label: type === kind ? texts.allOf(eventText(kind)) : eventText(type),
  })),
}));

/** Makes a webhook, or changes one; a new secret is told. */
export function WebhookDialog({
  webhook,
  onClose,
  onSecret,
}: {
  webhook: WebhookRowFragment | undefined;
  onClose: () => void;
  onSecret: (secret: NewToken) => void;
}) {
  const [create] = useChange(CreateWebhook);
  const [update] = useChange(UpdateWebhook);
  const [eventTypes, setEventTypes] = useState<WebhookEventType[]>([...(webhook?.eventTypes ?? [])]);

  async function run(form: FormData) {
    const values = {
      name: typedIn(form, 'name') ?? '',
      url: typedIn(form, 'url') ?? '',
      eventTypes: eventTypes.length > 0 ? eventTypes : null,
      active: form.get('active') === 'on',
    };
    const rotateSecret = form.get('rotate') === 'on';
    const outcome = webhook
      ? await update({ input: { id: webhook.id, ...values, rotateSecret } })
      : await create({ input: values });
    const secret = outcome?.payload.secret;
    if (secret)
      onSecret({
        title: texts.secretTitle(values.name),
        text: texts.secretText,
        copyLabel: texts.copySecret,
        token: secret,
      });
    else if (outcome?.faults.length === 0) void done(texts.saved(values.name));
    return outcome?.faults;
  }

  return (
    <FormDialog
      title={webhook ? texts.editLabel(webhook.name) : texts.create}
      action={webhook ? texts.save : texts.submit}
      fields={['name', 'url', 'eventTypes']}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <NameField label={texts.name} defaultValue={webhook?.name} faultOf={faultOf} />
          <RuledInput
            rule={RULES.url}
            name="url"
            type="url"
            label={texts.url}
            description={texts.urlHint}
            defaultValue={webhook?.url}
            error={faultOf('url')}
            required
            withAsterisk={false}
            autoComplete="off"
          />
          <MultiSelect
            label={texts.events}
            description={texts.eventsHint}
            placeholder={eventTypes.length === 0 ? texts.allEvents : undefined}
            data={CHOICES}
            value={eventTypes}
            onChange={(chosen) =>
              setEventTypes(WebhookEventTypeValues.filter((type) => chosen.includes(type)))
            }
            searchable
            error={faultOf('eventTypes')}
          />
          <Switch
            name="active"
            label={texts.active}
            description={webhook?.state === 'SUSPENDED' ? texts.resumeHint : undefined}
            defaultChecked={webhook?.state !== 'INACTIVE'}
          />
          {webhook && <Checkbox name="rotate" label={texts.rotate} description={texts.rotateHint} />}
        </>
      )}
    </FormDialog>
  );
}
