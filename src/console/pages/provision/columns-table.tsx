import { NativeSelect, Table, Text } from '@mantine/core';
import { importTexts as texts } from '../../texts/import.ts';
import { FIELDS, type FileHead, fieldOf, MAPS } from './file-head.ts';

/** What each column of the file is; null: it is left out. */
export type Mapping = readonly (string | null)[];

/** More than these are taken as they are: nobody maps hundreds by hand. */
const MOST_SHOWN = 60;

/** What the columns are by their headings; the first of two that are the same counts. */
export function guessed({ headings, format }: FileHead): Mapping {
  const seen = new Set<string>();
  return headings.map((heading) => {
    const field = fieldOf(heading, format) ?? null;
    if (field === null || seen.has(field)) return null;
    seen.add(field);
    return field;
  });
}

/** Why a mapping can't be used, if it can't. */
export function mappingFault(mapping: Mapping): string | undefined {
  const used = mapping.filter((it) => it !== null);
  if (!used.includes('controllerId')) return texts.needsId;
  const twice = used.find((it, index) => used.indexOf(it) !== index);
  return twice && texts.twice(shownField(twice));
}

const shownField = (field: string) => texts.fields[field as keyof typeof texts.fields] ?? field;

/** How the file begins, a line for each of its columns, and what becomes of each. */
export function ColumnsTable({
  head,
  mapping,
  onChange,
}: {
  head: FileHead;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}) {
  const set = (index: number, field: string) =>
    onChange(mapping.map((it, at) => (at === index ? field || null : it)));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard */}
      <section aria-label={texts.columns} tabIndex={0} style={{ overflowX: 'auto' }}>
        <Table verticalSpacing={6} withRowBorders>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.column}</Table.Th>
              <Table.Th miw={190}>{texts.becomes}</Table.Th>
              {head.rows.map((_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the rows never change their order
                <Table.Th key={index} style={{ whiteSpace: 'nowrap' }}>
                  {texts.row(index + 1)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {head.headings.slice(0, MOST_SHOWN).map((heading, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the columns never change their order
              <Table.Tr key={index}>
                <Table.Td fw={550} style={{ overflowWrap: 'anywhere' }}>
                  {heading || texts.noHeading}
                </Table.Td>
                <Table.Td>
                  <NativeSelect
                    size="xs"
                    aria-label={texts.becomesOf(heading)}
                    data={choicesFor(heading, mapping[index] ?? null, head.format)}
                    value={mapping[index] ?? ''}
                    onChange={(event) => set(index, event.currentTarget.value)}
                  />
                </Table.Td>
                {head.rows.map((row, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the rows never change their order
                  <Table.Td key={at} maw={220}>
                    <Text size="sm" truncate c={row[index] ? undefined : 'dimmed'}>
                      {shownCell(mapping[index], row[index])}
                    </Text>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      {head.headings.length > MOST_SHOWN && (
        <Text size="xs" c="dimmed">
          {texts.moreColumns(head.headings.length - MOST_SHOWN)}
        </Text>
      )}
    </>
  );
}

/** A token of the file isn't for everybody who looks at the screen. */
const shownCell = (field: string | null | undefined, cell: string | undefined) =>
  cell && field === 'securityToken' ? texts.hidden : cell || texts.emptyCell;

function choicesFor(heading: string, chosen: string | null, format: FileHead['format']) {
  const fields = [...FIELDS, ...(format === 'ndjson' ? MAPS : [])];
  const key = heading.replace(/^(?:attribute|metadata)\./i, '').trim();
  const own = key ? [`attribute.${key}`, `metadata.${key}`] : [];
  const others = chosen && !fields.includes(chosen as never) && !own.includes(chosen) ? [chosen] : [];
  return [
    { value: '', label: texts.leftOut },
    ...fields.map((field) => ({ value: field as string, label: texts.fields[field] })),
    ...[...own, ...others].map((field) => ({ value: field, label: texts.entry(field) })),
  ];
}
