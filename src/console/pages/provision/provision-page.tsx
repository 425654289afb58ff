import { Alert, Button, Collapse, Paper, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type SyntheticEvent, useState } from 'react';
import { type Fault, useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { GroupField } from '../../parts/group-field.tsx';
import { PageButton } from '../../parts/links.tsx';
import { Page, RefusedPage } from '../../parts/page.tsx';
import { RuledInput, RuledTextarea } from '../../parts/ruled-input.tsx';
import { RULES } from '../../parts/rules.ts';
import { SelectField } from '../../parts/select-field.tsx';
import { takeOverTexts } from '../../texts/claims.ts';
import { importTexts } from '../../texts/import.ts';
import { provisionTexts as texts } from '../../texts/provision.ts';
import { TypeChoices } from '../targets/bulk.documents.ts';
import { type Created, Done, TakenMany } from './created.tsx';
import { Provision } from './provision.documents.ts';
import { TakeOverDialog } from './take-over-dialog.tsx';

/** Registers one device, and gives what it needs to poll. */
export function ProvisionPage() {
  const [created, setCreated] = useState<readonly Created[]>([]);
  const [first] = created;
  const { can } = useViewer();
  const [taking, setTaking] = useState(false);
  if (!can.createTargets) return <RefusedPage title={texts.title} />;
  return (
    <Page
      title={texts.title}
      lead={texts.lead}
      actions={
        <>
          <Button variant="default" onClick={() => setTaking(true)}>
            {takeOverTexts.open}
          </Button>
          <PageButton to="/provision/many" variant="default">
            {importTexts.link}
          </PageButton>
        </>
      }
    >
      <Paper withBorder p="lg" maw={720} radius="lg" bg="var(--surface)">
        {created.length > 1 ? (
          <TakenMany targets={created} onAnother={() => setCreated([])} />
        ) : first ? (
          <Done target={first} onAnother={() => setCreated([])} />
        ) : (
          <ProvisionForm onCreated={(target) => setCreated([target])} />
        )}
      </Paper>
      {taking && <TakeOverDialog onClose={() => setTaking(false)} onTaken={setCreated} />}
    </Page>
  );
}

const FIELDS = ['controllerId', 'name', 'description', 'group', 'securityToken'] as const;
type Field = (typeof FIELDS)[number];

function ProvisionForm({ onCreated }: { onCreated: (target: Created) => void }) {
  const { may } = useViewer();
  const [provision, busy] = useChange(Provision);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [typeId, setTypeId] = useState<string | null>(null);
  const [group, setGroup] = useState('');
  const [open, { toggle }] = useDisclosure(false);
  const types = useData(TypeChoices, {}, { pause: !open || !may('READ_TARGET_TYPE') });

  async function submit(event: SyntheticEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const textIn = (field: Field) => String(form.get(field) ?? '').trim() || undefined;
    const target = {
      controllerId: textIn('controllerId') ?? '',
      name: textIn('name'),
      description: textIn('description'),
      group: group.trim() || undefined,
      securityToken: textIn('securityToken'),
      targetTypeId: typeId ?? undefined,
    };
    const withToken = may('READ_TARGET_SECURITY_TOKEN');
    const outcome = await provision({ input: { targets: [target] }, withToken });
    if (!outcome) return;
    setFaults(outcome.faults);
    const [created] = outcome.payload.targets;
    if (created) onCreated(created);
  }

  const faultOf = (field: string) => faults.find(({ path }) => path.at(-1) === field)?.message;
  const others = faults.filter(({ path }) => !FIELDS.includes(path.at(-1) as Field));
  return (
    <form onSubmit={submit}>
      <Stack>
        <RuledInput
          rule={RULES.controllerId}
          name="controllerId"
          label={texts.controllerId}
          description={texts.controllerIdHint}
          error={faultOf('controllerId')}
          required
          withAsterisk={false}
          autoFocus
          autoComplete="off"
          spellCheck={false}
        />
        <RuledInput
          rule={RULES.name}
          name="name"
          label={texts.name}
          description={texts.nameHint}
          error={faultOf('name')}
          autoComplete="off"
        />
        <Button
          variant="transparent"
          size="xs"
          px={0}
          onClick={toggle}
          aria-expanded={open}
          style={{ alignSelf: 'flex-start' }}
        >
          {texts.more}
        </Button>
        <Collapse expanded={open}>
          <Stack>
            <SelectField
              label={texts.type}
              data={types.data?.targetTypes.nodes.map(({ id, name }) => ({ value: id, label: name })) ?? []}
              value={typeId}
              onChange={setTypeId}
            />
            <GroupField label={texts.group} value={group} onChange={setGroup} error={faultOf('group')} />
            <RuledTextarea
              rule={RULES.description}
              name="description"
              label={texts.description}
              error={faultOf('description')}
              autosize
              minRows={2}
            />
            <RuledInput
              rule={RULES.token}
              name="securityToken"
              label={texts.token}
              description={texts.tokenHint}
              error={faultOf('securityToken')}
              autoComplete="off"
              spellCheck={false}
            />
          </Stack>
        </Collapse>
        {others.length > 0 && (
          <Alert color="red" variant="light" role="alert">
            {others.map(({ message }) => (
              <div key={message}>{message}</div>
            ))}
          </Alert>
        )}
        <Button type="submit" loading={busy} style={{ alignSelf: 'flex-start' }}>
          {texts.submit}
        </Button>
      </Stack>
    </form>
  );
}
