import { Anchor, Button, Group, Stack, Table, Text } from '@mantine/core';
import type { ImportFaultsQuery } from '../../api/types.documents.ts';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { PageButton } from '../../parts/links.tsx';
import { ListFrame } from '../../parts/list-frame.tsx';
import { useList } from '../../parts/use-list.ts';
import { common, numberText } from '../../texts/common.ts';
import { importTexts as texts } from '../../texts/import.ts';
import { ImportFaults } from './provision.documents.ts';
import type { Outcome } from './send-import.ts';

/** What was made, or would be; and the rows that were refused, to be mended and sent again. */
export function OutcomeCard({ outcome, onAnother }: { outcome: Outcome; onAnother: () => void }) {
  const { id, dryRun, rowsRead, rowsCreated, rowsUpdated, rowsRefused, warningCount } = outcome;
  return (
    <Card
      title={dryRun ? texts.checked : texts.imported}
      hint={texts.rows(rowsRead)}
      actions={
        !dryRun && (
          <>
            <Button variant="default" onClick={onAnother}>
              {texts.another}
            </Button>
            <PageButton to="/targets">{texts.toTargets}</PageButton>
          </>
        )
      }
    >
      <Facts>
        <Fact label={dryRun ? texts.wouldCreate : texts.created}>{numberText(rowsCreated)}</Fact>
        <Fact label={dryRun ? texts.wouldUpdate : texts.updated}>{numberText(rowsUpdated)}</Fact>
        <Fact label={texts.refused}>{numberText(rowsRefused)}</Fact>
        {warningCount > 0 && <Fact label={texts.repeated}>{numberText(warningCount)}</Fact>}
      </Facts>
      {rowsRefused > 0 && <Refused key={id} outcome={outcome} />}
      {dryRun && <Preview rows={outcome.preview.rows} />}
    </Card>
  );
}

const PAGE_SIZE = 50;
type Fault = NonNullable<ImportFaultsQuery['import']>['faults']['nodes'][number];

const FAULT_COLUMNS: readonly Column<Fault>[] = [
  { id: 'line', label: texts.line, cell: ({ line }) => numberText(line) },
  {
    id: 'controllerId',
    label: texts.fields.controllerId,
    cell: ({ controllerId }) => controllerId ?? common.none,
  },
  {
    id: 'fault',
    label: texts.fault,
    cell: ({ field, message }) => (field ? `${field}: ${message}` : message),
  },
];

function Refused({ outcome: { id, rowsRefused, refusedRowsUrl, refusedRowsKept } }: { outcome: Outcome }) {
  const { of, page, place, size, onMove, table } = useList(ImportFaults, {
    pageOf: (data) => data.import?.faults,
    size: PAGE_SIZE,
    columns: FAULT_COLUMNS,
    variables: { id },
  });
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {texts.faults}
        </Text>
        {refusedRowsUrl && (
          <Anchor size="sm" href={refusedRowsUrl} download>
            {refusedRowsKept < rowsRefused ? texts.downloadFirst(refusedRowsKept) : texts.download}
          </Anchor>
        )}
      </Group>
      <ListFrame of={of} page={page} place={place} size={size} onMove={onMove} empty={null}>
        <DataTable
          {...table}
          label={texts.faults}
          keyOf={({ line, field, code, message }) => `${line} ${field} ${code} ${message}`}
          nameOf={({ line }) => `${texts.line} ${line}`}
          height="420px"
        />
      </ListFrame>
    </Stack>
  );
}

type PreviewRow = Outcome['preview']['rows'][number];

const othersOf = ({ attributes, metadata }: PreviewRow) =>
  [...attributes, ...metadata].map(({ key, value }) => `${key}=${value}`).join(', ');

/** Only what some row has is a column. */
const PREVIEW: readonly (readonly [label: string, cell: (row: PreviewRow) => string | null | false])[] = [
  [texts.fields.controllerId, ({ controllerId }) => controllerId],
  [texts.fields.name, ({ name }) => name],
  [texts.fields.group, ({ group }) => group],
  [texts.fields.targetType, ({ targetType }) => targetType],
  [texts.fields.tags, ({ tags }) => tags.join(', ')],
  [texts.fields.securityToken, ({ hasSecurityToken }) => hasSecurityToken && texts.tokenGiven],
  [texts.others, othersOf],
  [texts.fault, ({ faults }) => faults.map(({ message }) => message).join('; ')],
];

/** The first rows as the server has read them. */
function Preview({ rows }: { rows: Outcome['preview']['rows'] }) {
  const shown = PREVIEW.filter(([, cell]) => rows.some((row) => cell(row)));
  if (rows.length === 0) return null;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {texts.preview}{' '}
        <Text span size="xs" c="dimmed" fw={400}>
          {texts.previewHint(rows.length)}
        </Text>
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard */}
      <section aria-label={texts.preview} tabIndex={0} style={{ overflowX: 'auto' }}>
        <Table verticalSpacing={5} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.line}</Table.Th>
              {shown.map(([label]) => (
                <Table.Th key={label} style={{ whiteSpace: 'nowrap' }}>
                  {label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.line}>
                <Table.Td>{numberText(row.line)}</Table.Td>
                {shown.map(([label, cell]) => (
                  <Table.Td key={label} maw={260} style={{ overflowWrap: 'anywhere' }}>
                    {cell(row) || texts.emptyCell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Stack>
  );
}
