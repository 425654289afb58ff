import type { z } from 'zod';
import { DomainError, quotaExceeded } from '../../../errors.ts';
import { MOST_TAGS, TARGET_LIMITS } from '../../platform/quotas.ts';
import { cutText, plainText } from '../../shared/text.ts';
import { LONGEST_KEY, LONGEST_VALUE, MetadataEntry } from '../target-metadata/input.ts';
import { TargetTagInput } from '../target-tags/input.ts';
import { checkAttributes } from '../targets/attributes.ts';
import { TargetFields } from '../targets/input.ts';
import type { Entry, Fault, ImportedTarget, ImportRow } from './source.ts';

/** A target that keeps all rules that can be checked without the database. Null means "not given". */
export interface CheckedTarget {
  line: number;
  controllerId: string;
  name: string | null;
  description: string | null;
  group: string | null;
  targetType: string | null;
  securityToken: string | null;
  requestAttributes: boolean | null;
  address: string | null;
  tags: readonly string[];
  attributes: readonly Entry[];
  metadata: readonly Entry[];
}

/** A refused row with what is wrong with it. */
export interface RefusedRow {
  line: number;
  controllerId: string | null;
  faults: readonly Fault[];
  /** As it is in the file; a row that the database refuses has it in its chunk. */
  text?: string | undefined;
}

/** A type is named by its key, or by its id. */
const RowFields = TargetFields.omit({ targetTypeId: true }).extend({
  targetType: plainText(0, 64).nullish(),
});

const NONE: readonly never[] = [];

/** Characters of a target that has all it may have unless more was set, each of it as long as it may be. */
export const LONGEST_TARGET =
  4_096 +
  MOST_TAGS * LONGEST_KEY +
  TARGET_LIMITS.target_attributes.most * (2 * LONGEST_KEY) +
  TARGET_LIMITS.target_metadata.most * (LONGEST_KEY + LONGEST_VALUE);

/** How much each target may have. */
export interface MostOfTarget {
  attributes: number;
  metadata: number;
}

/** So much is told of what is wrong with a row: after that people know. */
const MOST_FAULTS = 10;
const LONGEST_FIELD = 160;
const LONGEST_MESSAGE = 500;

/** Checks a row by the rules that hold for every target, and says which it breaks: the first few, and how many more. */
export function checkRow(
  { line, target = {}, faults = NONE, text }: ImportRow,
  most: MostOfTarget,
): CheckedTarget | RefusedRow {
  const found: Fault[] = [...faults];
  // What could not be read at all isn't to be called missing as well.
  const { data, error } = RowFields.safeParse(target);
  for (const issue of error?.issues ?? NONE) {
    const field = String(issue.path[0] ?? '');
    if (!found.some((fault) => fault.field === field || fault.field === ''))
      found.push({ field, code: 'INVALID_INPUT', message: issue.message });
  }
  const { tags = NONE, attributes = NONE, metadata = NONE } = target;
  const names = tags.length ? readTags(tags, found) : NONE;
  if (attributes.length) readAttributes(attributes, most.attributes, found);
  if (metadata.length) readMetadata(metadata, most.metadata, found);
  if (!data || found.length) return { line, controllerId: shownId(target), faults: shownFaults(found), text };
  return {
    line,
    controllerId: data.controllerId,
    name: data.name || null,
    description: data.description ?? null,
    group: data.group ?? null,
    targetType: data.targetType || null,
    securityToken: data.securityToken || null,
    requestAttributes: data.requestAttributes ?? null,
    address: data.address ?? null,
    tags: names,
    attributes,
    metadata,
  };
}

export const isRefused = (row: CheckedTarget | RefusedRow): row is RefusedRow => 'faults' in row;

/** What can be stored of a name that may be anything. */
const shownId = ({ controllerId }: ImportedTarget): string | null =>
  cutText(controllerId ?? '', 256)
    .replaceAll('\0', '')
    .toWellFormed() || null;

function shownFaults(found: readonly Fault[]): Fault[] {
  const shown = found.slice(0, MOST_FAULTS).map(({ field, code, message }) => ({
    field: cutText(field, LONGEST_FIELD),
    code,
    message: cutText(message, LONGEST_MESSAGE),
  }));
  const more = found.length - shown.length;
  if (more)
    shown.push({
      field: '',
      code: found[MOST_FAULTS]!.code,
      message: `${more} more fault${more === 1 ? '' : 's'}`,
    });
  return shown;
}

function readTags(tags: readonly string[], found: Fault[]): string[] {
  const names = new Set<string>();
  if (tags.length > MOST_TAGS) {
    const { code, message } = quotaExceeded('tags of a target', MOST_TAGS);
    found.push({ field: 'tags', code, message });
    return [];
  }
  for (const tag of tags) {
    const { data, error } = TargetTagInput.safeParse({ name: tag });
    if (data) names.add(data.name);
    else found.push(faultIn('tags', error));
  }
  return [...names];
}

function readAttributes(attributes: readonly Entry[], most: number, found: Fault[]): void {
  try {
    if (attributes.length > most) throw quotaExceeded('attributes of a target', most);
    checkAttributes(attributes);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { path = [] } = error.details;
    found.push({
      field: ['attributes', ...path.slice(1)].join('.'),
      code: error.code,
      message: error.message,
    });
  }
}

function readMetadata(metadata: readonly Entry[], most: number, found: Fault[]): void {
  if (metadata.length > most) {
    const { code, message } = quotaExceeded('metadata entries of a target', most);
    found.push({ field: 'metadata', code, message });
    return;
  }
  for (const [key, value] of metadata) {
    const { error } = MetadataEntry.safeParse({ key, value });
    if (error) found.push(faultIn(`metadata.${key}`, error));
  }
}

const faultIn = (field: string, error: z.ZodError): Fault => ({
  field,
  code: 'INVALID_INPUT',
  message: error.issues[0]?.message ?? '',
});
