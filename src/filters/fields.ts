import type { SQL, SQLWrapper } from 'drizzle-orm';
import { filterFieldUnknown } from '../errors.ts';
import type { ByMoment } from './moments.ts';
import { editDistance } from './nearest.ts';

/**
 * What a filter can ask of an entity. A column is a Drizzle column or any SQL expression that can stand as an
 * operand; one without a value is NULL.
 */
export type Field = (ScalarField | SetField | MapField | NameField) & Owned;

export type EnumField = Extract<ScalarField, { kind: 'enum' }>;

export type ScalarField =
  | { kind: 'text'; column: SQLWrapper }
  /** `timestamptz(3)` */
  | { kind: 'time'; column: SQLWrapper | ByMoment }
  /** `bigint` */
  | { kind: 'integer'; column: SQLWrapper }
  | { kind: 'boolean'; column: SQLWrapper | ByMoment }
  /** Stored as one of the values, which are in lower case; `wildcards` says whether `*` may stand for a part of some. */
  | { kind: 'enum'; column: SQLWrapper; values: readonly string[]; wildcards?: true };

/** An entity that a row can refer to, so that a field of the row shows something of it. */
export type Entity =
  | 'targetType'
  | 'targetTag'
  | 'distributionSet'
  | 'distributionSetTag'
  | 'distributionSetType'
  | 'softwareModule'
  | 'softwareModuleType'
  | 'rollout'
  | 'rolloutGroup'
  | 'enrollmentGroup';

/** Another thing that a field shows: not every caller who sees the row may see it. */
export interface Owner {
  entity: Entity;
  /** Which of its fields is shown. */
  field: string;
  /** Its id, as an operand in the same query. */
  id: SQLWrapper;
}

/** The caller must see all owners to see the field. There are none if it is the row's own field. */
interface Owned {
  owners?: readonly Owner[];
}

/**
 * Texts (or integers of 64 bits) in rows of another table, for example tags; also the name of the one row that a column
 * refers to. `from` follows FROM, and `on` joins its rows with the row that is filtered; it names the tenant of `from`.
 */
export interface SetField {
  kind: 'set';
  from: SQLWrapper;
  on: SQLWrapper | ByMoment;
  value: SQLWrapper;
  integers?: true;
}

/** Keys with texts in rows of another table: the field's name is a prefix, and what follows its dot is the key. */
export interface MapField {
  kind: 'map';
  from: SQLWrapper;
  on: SQLWrapper | ByMoment;
  key: SQLWrapper;
  value: SQLWrapper;
  /** If values may be too long for an index: how many characters of the lower-case text the index has. */
  indexed?: number;
}

/** Names that no column of the row has: compared as a whole, with regard to case. `among` takes a `text[]`. */
export interface NameField {
  kind: 'name';
  among: (names: SQL) => SQL;
}

/** Marks a field that shows something of one other thing. */
export const owned = (entity: Entity, field: string, id: SQLWrapper) => ({
  owners: [{ entity, field, id }] as readonly [Owner],
});

/** By name in lower case; `name` is as it should be shown. */
export type FieldSet = ReadonlyMap<string, { name: string; field: Field }>;

export type FoundField = (ScalarField | SetField | NameField | (MapField & { entry: string })) & Owned;

/** Fields with all their names, whose case doesn't matter: `fieldSet([[['address', 'ipAddress'], field]])`. */
export function fieldSet(
  definitions: readonly (readonly [names: readonly string[], field: Field])[],
): FieldSet {
  return new Map(
    definitions.flatMap(([names, field]) =>
      names.map((name) => [name.toLowerCase(), { name, field }] as const),
    ),
  );
}

/** The field of that name, if there is one; for a map, with the given key. */
export function fieldNamed(fields: FieldSet, name: string): FoundField | undefined {
  const lower = name.toLowerCase();
  const simple = fields.get(lower)?.field;
  if (simple && simple.kind !== 'map') return simple;

  for (const [prefix, { field }] of fields) {
    if (field.kind !== 'map' || !lower.startsWith(`${prefix}.`)) continue;
    const entry = name.slice(prefix.length + 1);
    if (entry !== '') return { ...field, entry };
  }
  return undefined;
}

/** The same. @throws FILTER_FIELD_UNKNOWN with the nearest name */
export function findField(fields: FieldSet, name: string, position: number): FoundField {
  const found = fieldNamed(fields, name);
  if (found) return found;
  const characters = [...name];
  const start = characters.slice(0, 128).join('');
  const shown = start === name ? name : `${start}…`;
  const nearest = nearestName(fields, start.toLowerCase());
  throw filterFieldUnknown(
    { position, length: name.length, expected: 'a field', suggestion: nearest?.replace('<key>', '') },
    `there is no field '${shown}'${nearest === undefined ? '.' : `, the nearest is '${nearest}'.`}`,
  );
}

/** Of names of which it is a part, the nearest is the shortest: `status` means `updateStatus` rather than `tag`. */
const distanceTo = (name: string, wanted: string): number =>
  wanted.length >= SHORTEST_PART && name.includes(wanted)
    ? 1 - wanted.length / name.length
    : editDistance(wanted, name);
const SHORTEST_PART = 3;

function nearestName(fields: FieldSet, wanted: string): string | undefined {
  const [head, ...rest] = wanted.split('.');
  const key = rest.join('.');
  let best: { distance: number; name: string } | undefined;
  for (const [lower, { name, field }] of fields) {
    const distance = field.kind === 'map' ? editDistance(head!, lower) : distanceTo(lower, wanted);
    if (best && best.distance <= distance) continue;
    best = { distance, name: field.kind === 'map' ? `${name}.${key || '<key>'}` : name };
  }
  return best?.name;
}
