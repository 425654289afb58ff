import { Alert, Box, Button, Code, Stack, Text } from '@mantine/core';
import { IconFileSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { SetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { Card } from '../../parts/card.tsx';
import { ReachInput, useReach } from '../../parts/filter-input.tsx';
import { tell } from '../../parts/tell.ts';
import { targetFilterTexts as texts } from '../../texts/software.ts';
import { UpdateSet } from './software.documents.ts';

/** Which targets a set is for, and what its files say about that. */
export function TargetFilterCard({ set }: { set: SetFullFragment }) {
  const [update, busy] = useChange(UpdateSet);
  const save = async (filter: string) => {
    tell(await update({ input: { id: set.id, targetFilter: filter || null } }), texts.saved);
  };
  const mayChange = set.viewerCan.update && set.valid;
  const { targetFilter, suggestedTargetFilter: suggestion } = set;
  return (
    <Card title={texts.title} hint={mayChange ? texts.hint : undefined}>
      {mayChange ? (
        <FilterForm key={targetFilter} filter={targetFilter ?? ''} busy={busy} onSave={save} />
      ) : targetFilter ? (
        <Code style={{ overflowWrap: 'anywhere' }}>{targetFilter}</Code>
      ) : (
        <Text size="sm">{texts.all}</Text>
      )}
      {suggestion && suggestion.filter !== targetFilter && (
        <Suggestion suggestion={suggestion} onUse={mayChange ? save : undefined} />
      )}
    </Card>
  );
}

function FilterForm({
  filter,
  busy,
  onSave,
}: {
  filter: string;
  busy: boolean;
  onSave: (filter: string) => Promise<void>;
}) {
  const [draft, setDraft] = useState(filter);
  const wanted = draft.trim();
  const reach = useReach(draft);
  return (
    <Stack gap={4} align="flex-start">
      <Box w="100%">
        <ReachInput
          label={texts.filter}
          value={draft}
          reach={reach}
          onChange={setDraft}
          placeholder={texts.placeholder}
        />
      </Box>
      <Button
        variant="default"
        disabled={wanted === filter || (wanted !== '' && reach.count === undefined)}
        loading={busy}
        onClick={() => void onSave(wanted)}
      >
        {texts.save}
      </Button>
    </Stack>
  );
}

function Suggestion({
  suggestion: { filter, attributes, reported, notes },
  onUse,
}: {
  suggestion: NonNullable<SetFullFragment['suggestedTargetFilter']>;
  onUse: ((filter: string) => Promise<void>) | undefined;
}) {
  return (
    <Alert variant="light" color="brand" icon={<IconFileSearch size={18} />} title={texts.suggestion}>
      <Stack gap="xs" align="flex-start">
        {filter === null ? (
          <Text size="sm">{texts.nothing}</Text>
        ) : (
          <Code style={{ overflowWrap: 'anywhere' }}>{filter}</Code>
        )}
        {filter !== null && !reported && <Text size="sm">{texts.unreported(attributes)}</Text>}
        {notes.map((note) => (
          <Text size="sm" key={note} style={{ overflowWrap: 'anywhere' }}>
            {note}
          </Text>
        ))}
        {filter !== null && onUse && (
          <Button size="compact-sm" variant="default" onClick={() => void onUse(filter)}>
            {texts.use}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
