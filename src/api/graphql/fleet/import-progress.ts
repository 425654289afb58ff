import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Field, FieldResolver, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import {
  firstImportWarnings,
  type ImportWarning as Warning,
} from '../../../services/fleet/imports/faults.ts';
import type { Import as Entity } from '../../../services/fleet/imports/find.ts';
import { findImports } from '../../../services/fleet/imports/find.ts';
import { watchImport } from '../../../services/platform/live/watch-import.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { idOf } from '../server/ids.ts';
import { lookup } from '../server/lookups.ts';
import { NumberedNode } from '../server/node.ts';

const ImportState = enumOf<Entity['state']>('ImportState', 'How an import stands.', {
  running: 'Its rows are being taken in.',
  interrupted: 'Its upload broke off; it can be resumed.',
  failed: 'It cannot be taken in; the message says why.',
  finished: 'All of it was read: its rows were taken in or refused.',
});

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

@ObjectType('Import', {
  simpleResolvers: true,
  description: 'How far an import of targets is; every number is of what is committed.',
})
class ImportProgress extends NumberedNode {
  @Field(() => ImportState, { description: 'How it stands.' })
  state!: Entity['state'];

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  message!: string | null;

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
    description: 'Rows that broke a rule; `GET /imports/{id}/faults` tells each.',
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

lookup('Import', ImportProgress, { needs: 'CREATE_TARGET', find: findImports });

@Resolver(() => ImportProgress)
export class ImportProgressResolver {
  @Subscription(() => ImportProgress, {
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
