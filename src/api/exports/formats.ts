import { invalid } from '../../errors.ts';
import type { TargetExport } from '../../services/fleet/exports/export-targets.ts';
import type { Entry, ImportedTarget } from '../../services/fleet/imports/source.ts';
import { joinTags, MOST_ENTRY_COLUMNS } from '../imports/columns.ts';

export type ExportFormat = 'csv' | 'ndjson';
export const MEDIA_TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
};

/** The pieces of a file, begun: what can be refused is refused before the first. */
export async function fileOf(format: ExportFormat, source: TargetExport): Promise<AsyncIterable<string>> {
  return format === 'csv' ? csv(source) : ndjson(source);
}

const MAIN = ['controllerId', 'name', 'description', 'group', 'address', 'targetType'] as const;
type Cell = string | boolean | null | undefined;

/** @throws INVALID_INPUT where there would be too many columns */
async function csv(source: TargetExport): Promise<AsyncIterable<string>> {
  const keys = await source.keys(MOST_ENTRY_COLUMNS + 1);
  if (keys.attributes.length + keys.metadata.length > MOST_ENTRY_COLUMNS)
    throw invalid(
      `format: CSV would have more than ${MOST_ENTRY_COLUMNS} columns of attributes and metadata; use ndjson`,
      ['format'],
    );
  const header = [
    ...MAIN,
    ...(source.hasTokens ? ['securityToken'] : []),
    'requestAttributes',
    'tags',
    ...keys.attributes.map((key) => `attribute.${key}`),
    ...keys.metadata.map((key) => `metadata.${key}`),
  ];
  const cellsOf = (target: ImportedTarget): Cell[] => [
    ...MAIN.map((name) => target[name]),
    ...(source.hasTokens ? [target.securityToken] : []),
    target.requestAttributes,
    target.tags?.length ? joinTags(target.tags) : null,
    ...valuesOf(keys.attributes, target.attributes),
    ...valuesOf(keys.metadata, target.metadata),
  ];
  return (async function* () {
    yield line(header);
    for await (const target of source.targets()) yield line(cellsOf(target));
  })();
}

function valuesOf(keys: readonly string[], entries: readonly Entry[] = []): Cell[] {
  const values = new Map(entries);
  return keys.map((key) => values.get(key));
}

const line = (cells: readonly Cell[]) => `${cells.map(cell).join(',')}\r\n`;

/** As it is, even where a spreadsheet takes it for a formula: it is to come in again unchanged. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return String(value);
  return value === '' || /[",\r\n\ufeff]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

async function* ndjson(source: TargetExport): AsyncGenerator<string> {
  for await (const { tags, attributes, metadata, ...target } of source.targets()) {
    const given = Object.entries(target).filter(([, value]) => value != null);
    yield `${JSON.stringify({
      ...Object.fromEntries(given),
      ...(tags?.length && { tags }),
      ...(attributes?.length && { attributes: Object.fromEntries(attributes) }),
      ...(metadata?.length && { metadata: Object.fromEntries(metadata) }),
    })}\n`;
  }
}
