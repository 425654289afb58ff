import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import {
  firstImportWarnings,
  type PlacedFault,
  type ImportWarning as Warning,
} from '../../../services/fleet/imports/faults.ts';
import type {
  ImportFaultOrderField as FaultOrderField,
  ImportOrderField as OrderField,
} from '../../../services/fleet/imports/fields.ts';
import { type Import as Entity, findImports } from '../../../services/fleet/imports/find.ts';
import {
  findImportPreviews,
  listFaultsOfEachImport,
  listImports,
} from '../../../services/fleet/imports/list.ts';
import { ROWS_SHOWN } from '../../../services/fleet/imports/preview.ts';
import { watchImport } from '../../../services/platform/live/watch-import.ts';
import { orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { FaultCode, faultCodeOf } from '../server/error-codes.ts';
import { idOf } from '../server/ids.ts';
import { loaderOfFound, loaderOfPages } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { NumberedNode } from '../server/node.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';
import { Url } from '../server/scalars.ts';
import { ImportPreview, importPreviewView } from './import-previews.ts';

const ImportState = enumOf<Entity['state']>('ImportState', 'How an import stands.', {
  waiting: 'Its file has not come yet.',
  running: 'Its rows are being taken in.',
  interrupted:
    'Its upload broke off, or the server that took it in ended; the same file can be sent again, and goes on where it was.',
  failed: 'It cannot be taken in; the message says why.',
  finished: 'All of it was read: its rows were taken in or refused.',
});

export const ImportMode = enumOf<Entity['mode']>(
  'ImportMode',
  'What becomes of targets that exist already.',
  {
    create: 'Their rows are refused.',
    upsert: 'They are changed by what their rows give. Needs UPDATE_TARGET.',
  },
);

export const ImportFormat = enumOf<Entity['format']>('ImportFormat', 'How a file is written.', {
  csv: 'CSV with a header.',
  ndjson: 'A JSON object a line.',
});

@ObjectType({ simpleResolvers: true, description: 'What is wrong with a refused row.' })
class ImportFault implements Omit<PlacedFault, 'place'> {
  @Field(() => GraphQLSafeInt, { description: 'Where the row begins; the first line of a file is 1.' })
  line!: number;

  @Field(() => String, { nullable: true, description: 'Its target; null where that could not be read.' })
  controllerId!: string | null;

  @Field(() => String, { description: 'The field that it is about; empty where it is about all of the row.' })
  field!: string;

  @Field(() => FaultCode, { description: 'The kind of fault, for programs.' })
  code!: FaultCode;

  @Field(() => String, { description: 'The rule that is broken, for people.' })
  message!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A row of an import that was taken in and may not be meant so.',
})
class ImportWarning implements Warning {
  @Field(() => GraphQLSafeInt, { description: 'Where it begins; the first line of a file is 1.' })
  line!: number;

  @Field(() => String, { nullable: true, description: 'Its target.' })
  controllerId!: string | null;

  @Field(() => String, { description: 'What is odd about it.' })
  message!: string;
}

/** As many as people look at; `/imports/{id}/warnings` has more. */
const WARNINGS_SHOWN = 10;

@ObjectType({
  simpleResolvers: true,
  description: 'How far an import of targets is; every number is of what is committed.',
})
export class Import extends NumberedNode {
  @Field(() => ImportState, { description: 'How it stands.' })
  state!: Entity['state'];

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  message!: string | null;

  @Field(() => ImportMode, { description: 'What becomes of targets that exist already.' })
  mode!: Entity['mode'];

  @Field(() => ImportFormat, { description: 'How the file is written.' })
  format!: Entity['format'];

  @Field(() => String, { nullable: true, description: 'The name that the client gave it.' })
  key!: string | null;

  @Field(() => Boolean, { description: 'Whether it only finds out what would be refused.' })
  dryRun!: boolean;

  @Field(() => GraphQLSafeInt, { description: 'Bytes of the file that were taken in.' })
  bytes!: number;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Bytes of the whole file; null where the client did not tell.',
  })
  bytesTotal!: number | null;

  @Field(() => GraphQLSafeInt, { description: 'Rows that were read.' })
  rowsRead!: number;

  @Field(() => GraphQLSafeInt, { description: 'Targets that were created.' })
  rowsCreated!: number;

  @Field(() => GraphQLSafeInt, { description: 'Targets that were there and were changed.' })
  rowsUpdated!: number;

  @Field(() => GraphQLSafeInt, {
    description: 'Rows that broke a rule; `faults` tells each.',
  })
  rowsRefused!: number;

  @Field(() => GraphQLDateTime, { description: 'When it began.' })
  startedAt!: Date;

  @Field(() => String, { description: 'Who began it.' })
  startedBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When rows were taken in last.' })
  updatedAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it finished.' })
  finishedAt!: Date | null;
}

@ArgsType()
class ImportsArgs extends orderedArgs<OrderField>(
  'Import',
  'imports',
  {
    id: 'By the identifier, which is also the order of creation.',
    state: 'By how they stand.',
    rowsRead: 'By the number of rows that were read.',
    rowsRefused: 'By the number of rows that were refused.',
    startedBy: 'By who began them.',
  },
  'the newest first',
) {}

@ArgsType()
class ImportFaultsArgs extends orderedArgs<FaultOrderField>(
  'ImportFault',
  'faults of an import',
  {
    line: 'By the line.',
    controllerId: 'By the controllerId.',
    field: 'By the field.',
    code: 'By the code.',
  },
  'in the order of the file',
) {}

const { Connection: ImportConnection } = connectionTypes('Import', 'imports', Import);
const { Connection: ImportFaultConnection } = connectionTypes(
  'ImportFault',
  'faults of an import',
  ImportFault,
);
const loadFaults = loaderOfPages(listFaultsOfEachImport);
const loadPreview = loaderOfFound(findImportPreviews);

lookup('Import', Import, { needs: 'CREATE_TARGET', find: findImports });

@Resolver(() => Import)
export class ImportResolver {
  @Query(() => ImportConnection, {
    description:
      'Lists imports. Needs CREATE_TARGET; with a scope it lists those that the caller began. Filters may ask for `id`, `key`, `state`, `mode`, `format`, `dryRun`, `rowsRefused`, `startedAt`, `startedBy` and `finishedAt`.',
    complexity: listCost,
  })
  async imports(@Args(() => ImportsArgs) args: ImportsArgs, @Ctx() context: GraphqlContext) {
    return connection(await listImports(context, args), (one) => one);
  }

  @FieldResolver(() => ImportFaultConnection, {
    description:
      'What is wrong with its refused rows; 100,000 faults are kept. Filters may ask for `line`, `controllerId`, `field`, `code` and `message`.',
    complexity: listCost,
  })
  async faults(
    @Root() { id }: Entity,
    @Args(() => ImportFaultsArgs) request: ImportFaultsArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await loadFaults(context, { id, request }), (fault) => ({
      ...fault,
      code: faultCodeOf(fault.code),
    }));
  }

  @FieldResolver(() => ImportPreview, {
    description: `How the beginning of its file was read: the columns, and the first ${ROWS_SHOWN} rows.`,
    complexity: ({ childComplexity }) => ROWS_SHOWN * childComplexity,
  })
  async preview(@Root() { id }: Entity, @Ctx() context: GraphqlContext): Promise<ImportPreview> {
    return importPreviewView(await loadPreview(context, id));
  }

  @FieldResolver(() => Url, {
    nullable: true,
    description:
      'The address of a file with its refused rows, as they were sent, with `refusedBecause` added. It can be mended and sent again as it is. At most 100,000 rows and 16 MiB of them are kept, as `refusedRowsKept` says; null if none is.',
  })
  refusedRowsUrl(@Root() { id, refusedKept }: Entity, @Ctx() context: GraphqlContext): string | null {
    return refusedKept ? `${context.baseUrl}/imports/${id}/refused` : null;
  }

  @FieldResolver(() => GraphQLSafeInt, { description: 'How many refused rows that file has.' })
  refusedRowsKept(@Root() { refusedKept }: Entity): number {
    return refusedKept;
  }

  @Subscription(() => Import, {
    description:
      'How far an import is: at once, and whenever it went on, twice a second at the most. Completes when it finished or failed. Needs CREATE_TARGET.',
    subscribe: ({ args, context }: { args: { id: number }; context: GraphqlContext }) =>
      watchImport(context, args.id),
  })
  importProgress(
    @Root() progress: Entity,
    @Arg('id', () => idOf('Import'), { description: 'Of the import, as its answer says.' }) _id: number,
  ): Entity {
    return progress;
  }

  @FieldResolver(() => GraphQLSafeInt, {
    description: 'Rows that were taken in and may not be meant so, as those that repeat a target.',
  })
  warningCount(@Root() { warnings }: Entity): number {
    return warnings;
  }

  @FieldResolver(() => [ImportWarning], {
    description: `The first ${WARNINGS_SHOWN} of them; \`GET /imports/{id}/warnings\` tells the first 1,000.`,
  })
  async warnings(@Root() { id, warnings }: Entity, @Ctx() context: GraphqlContext): Promise<ImportWarning[]> {
    return warnings ? firstImportWarnings(context, id, WARNINGS_SHOWN) : [];
  }
}
