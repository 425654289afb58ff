import type { z } from 'zod';
import { DomainError, quotaExceeded } from '../../errors.ts';
import { MOST_TAGS } from '../quotas.ts';
import { MetadataEntry } from '../target-metadata/input.ts';
import { TargetTagInput } from '../target-tags/input.ts';
import { checkAttributes } from '../targets/attributes.ts';
import { TargetFields } from '../targets/input.ts';
import { cutText, plainText } from '../text.ts';
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
}

/** A type is named by its key, or by its id. */
const RowFields = TargetFields.omit({ targetTypeId: true }).extend({
  targetType: plainText(0, 64).nullish(),
});

/** Of attributes, and of metadata. */
export const MOST_ENTRIES = 100;
const NONE: readonly never[] = [];

/** Checks a row by the rules that hold for every target, and says all that it breaks. */
export function checkRow({ line, target = {}, faults = NONE }: ImportRow): CheckedTarget | RefusedRow {
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
  if (attributes.length) readAttributes(attributes, found);
  if (metadata.length) readMetadata(metadata, found);
  if (!data || found.length) return { line, controllerId: shownId(target), faults: found };
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

function readAttributes(attributes: readonly Entry[], found: Fault[]): void {
  try {
    checkAttributes(attributes);
    if (attributes.length > MOST_ENTRIES) throw quotaExceeded('attributes of a target', MOST_ENTRIES);
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

function readMetadata(metadata: readonly Entry[], found: Fault[]): void {
  for (const [key, value] of metadata) {
    const { error } = MetadataEntry.safeParse({ key, value });
    if (error) found.push(faultIn(`metadata.${key.slice(0, 128)}`, error));
  }
  if (metadata.length > MOST_ENTRIES)
    found.push({
      field: 'metadata',
      code: 'QUOTA_EXCEEDED',
      message: quotaExceeded('metadata entries of a target', MOST_ENTRIES).message,
    });
}

const faultIn = (field: string, error: z.ZodError): Fault => ({
  field,
  code: 'INVALID_INPUT',
  message: error.issues[0]?.message ?? '',
});
