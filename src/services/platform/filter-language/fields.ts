import { operatorsOf } from '../../../filters/compile.ts';
import type { Operator } from '../../../filters/expression.ts';
import type { Field, FieldSet } from '../../../filters/fields.ts';
import { mayAsk } from '../../access/readable-fields.ts';
import type { Context } from '../../shared/context.ts';
import { descriptionOf } from './descriptions.ts';
import { type FilterEntity, filterableOf } from './entities.ts';

export type FilterFieldType = 'text' | 'time' | 'integer' | 'boolean' | 'enum';

/** A field that a filter can ask for. */
export interface FilterField {
  name: string;
  /** Other names of it. */
  aliases: string[];
  type: FilterFieldType;
  /** Whether the name is followed by a dot and a key. */
  hasKey: boolean;
  /** Whether it can have several values; one of them must match. */
  hasMany: boolean;
  operators: readonly Operator[];
  /** The values of an enum, in lower case. */
  values: readonly string[] | null;
  example: string;
  description: string;
}

/** The fields that the caller may ask for, in the order of the code. Needs the permission to list the entity. */
export function listFilterFields(context: Context, of: FilterEntity): FilterField[] {
  const { fields } = filterableOf(context, of);
  return namedFields(fields)
    .filter(({ field }) => mayAsk(context, field))
    .map((named) => describe(of, named));
}

interface NamedField {
  field: Field;
  name: string;
  aliases: string[];
}

/** Every field once, with all its names. */
export function namedFields(fields: FieldSet): NamedField[] {
  const named = new Map<Field, NamedField>();
  for (const { name, field } of fields.values()) {
    const known = named.get(field);
    if (known) known.aliases.push(name);
    else named.set(field, { field, name, aliases: [] });
  }
  return [...named.values()];
}

function describe(of: FilterEntity, { field, name, aliases }: NamedField): FilterField {
  return {
    name,
    aliases,
    type: typeOf(field),
    hasKey: field.kind === 'map',
    hasMany: field.kind === 'set' || field.kind === 'name',
    operators: operatorsOf(field),
    values: field.kind === 'enum' ? field.values : null,
    example: exampleOf(name, field),
    description: descriptionOf(of, name),
  };
}

export function typeOf(field: Field): FilterFieldType {
  if (field.kind === 'map' || field.kind === 'name') return 'text';
  if (field.kind === 'set') return field.integers ? 'integer' : 'text';
  return field.kind;
}

function exampleOf(name: string, field: Field): string {
  if (field.kind === 'map') return `${name}.hw==r2`;
  if (field.kind === 'name') return `${name}==pump-7`;
  if (field.kind === 'enum') return `${name}=in=(${field.values.slice(0, 2).join(',')})`;
  const operand: Record<FilterFieldType, string> = {
    text: '==a*',
    time: '=gt=2026-01-31T08:00:00Z',
    integer: '=in=(1,2)',
    boolean: '==true',
    enum: '',
  };
  return `${name}${operand[typeOf(field)]}`;
}
