import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import type { ImportPreview as Preview } from '../../../services/fleet/imports/list.ts';
import { FaultCode, faultCodeOf } from '../server/error-codes.ts';
import { Attribute } from './targets.ts';

@ObjectType({ simpleResolvers: true, description: 'A column of an imported file.' })
class ImportColumn {
  @Field(() => String, { description: 'Its heading in the file.' })
  heading!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The field of a target that it is read as, for example `name` or `attribute.hw`; null if it is left out.',
  })
  field!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What is wrong with a row of a preview.' })
class ImportRowFault {
  @Field(() => String, { description: 'The field that it is about; empty where it is about all of the row.' })
  field!: string;

  @Field(() => FaultCode, { description: 'The kind of fault, for programs.' })
  code!: FaultCode;

  @Field(() => String, { description: 'The rule that is broken, for people.' })
  message!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A row as it was read. Long texts are cut, and of many entries the first 20 are shown.',
})
class ImportPreviewRow {
  @Field(() => GraphQLSafeInt, { description: 'Where it begins; the first line of a file is 1.' })
  line!: number;

  @Field(() => String, { nullable: true, description: 'The controllerId.' })
  controllerId!: string | null;

  @Field(() => String, { nullable: true, description: 'The name.' })
  name!: string | null;

  @Field(() => String, { nullable: true, description: 'The description.' })
  description!: string | null;

  @Field(() => String, { nullable: true, description: 'The group.' })
  group!: string | null;

  @Field(() => String, { nullable: true, description: 'The address.' })
  address!: string | null;

  @Field(() => String, { nullable: true, description: 'The key of the target type, or its number.' })
  targetType!: string | null;

  @Field(() => Boolean, { description: 'Whether it gives a security token, which is not shown.' })
  hasSecurityToken!: boolean;

  @Field(() => Boolean, { nullable: true, description: 'Whether the device is asked for its attributes.' })
  requestAttributes!: boolean | null;

  @Field(() => [String], { description: 'The names of the tags.' })
  tags!: readonly string[];

  @Field(() => [Attribute], { description: 'The attributes.' })
  attributes!: Attribute[];

  @Field(() => [Attribute], { description: 'The metadata.' })
  metadata!: Attribute[];

  @Field(() => [ImportRowFault], { description: 'What is wrong with it; none if it is not refused.' })
  faults!: ImportRowFault[];
}

@ObjectType({ simpleResolvers: true, description: 'How the beginning of an imported file was read.' })
export class ImportPreview {
  @Field(() => [ImportColumn], { description: 'The columns of CSV, once the first rows were taken in.' })
  columns!: ImportColumn[];

  @Field(() => [ImportPreviewRow], { description: 'The first rows.' })
  rows!: ImportPreviewRow[];
}

/** Nothing where nothing was read yet. */
export const importPreviewView = (preview: Preview | null): ImportPreview => ({
  columns: (preview?.layout?.headings ?? []).map((heading, at) => ({
    heading,
    field: preview?.layout?.fields[at] ?? null,
  })),
  rows: (preview?.rows ?? []).map((row) => ({
    ...row,
    attributes: entriesOf(row.attributes),
    metadata: entriesOf(row.metadata),
    faults: row.faults.map((fault) => ({ ...fault, code: faultCodeOf(fault.code) })),
  })),
});

const entriesOf = (entries: readonly (readonly [string, string])[]): Attribute[] =>
  entries.map(([key, value]) => ({ key, value }));
