import type { ImportPreviewRow } from '../../../database/tables/imports.ts';
import { cutText } from '../../shared/text.ts';
import { storable } from './faults.ts';
import type { Entry, ImportRow } from './source.ts';

/** The rows at the beginning of a file that are shown as they were read. */
export const ROWS_SHOWN = 20;
/** Of one of them: as much as people look at. */
const ENTRIES_SHOWN = 20;
const CHARACTERS_SHOWN = 200;

/** A row as it is shown before all of a file is taken in. */
export function previewOf({ line, target = {} }: ImportRow): ImportPreviewRow {
  const shown = (text: string) => storable(cutText(text, CHARACTERS_SHOWN));
  const textOf = (text: string | null | undefined) => (text == null ? null : shown(text));
  const entriesOf = (entries: readonly Entry[] = []) =>
    entries.slice(0, ENTRIES_SHOWN).map(([key, value]) => [shown(key), shown(value)] as const);
  return {
    line,
    controllerId: textOf(target.controllerId),
    name: textOf(target.name),
    description: textOf(target.description),
    group: textOf(target.group),
    address: textOf(target.address),
    targetType: textOf(target.targetType),
    hasSecurityToken: Boolean(target.securityToken),
    requestAttributes: target.requestAttributes ?? null,
    tags: (target.tags ?? []).slice(0, ENTRIES_SHOWN).map(shown),
    attributes: entriesOf(target.attributes),
    metadata: entriesOf(target.metadata),
  };
}
