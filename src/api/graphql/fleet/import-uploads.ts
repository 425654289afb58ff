import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { createImportUpload } from '../../../services/fleet/imports/create-upload.ts';
import type { Import as Entity } from '../../../services/fleet/imports/find.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { answer } from '../server/mutations.ts';
import { Url } from '../server/scalars.ts';
import { Import, ImportFormat, ImportMode } from './imports.ts';

@InputType({ description: 'What a field of the rows of NDJSON is.' })
class ImportFieldInput {
  @Field(() => String, { description: 'Its name in the file.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The field of a target that it is, as in `columns`, or `attributes` or `metadata` for an object of them; null to leave it out.',
  })
  field?: string | null;
}

@InputType({ description: 'What `createImportUpload` takes.' })
class CreateImportUploadInput {
  @Field(() => ImportFormat, { description: 'How the file is written.' })
  format!: Entity['format'];

  @Field(() => ImportMode, {
    defaultValue: 'create',
    description: 'What becomes of targets that exist already.',
  })
  mode!: Entity['mode'];

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Only finds out what would be created, changed and refused; `preview` shows the first rows.',
  })
  dryRun!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'What stands between the cells of CSV; found out by the headings unless it is given.',
  })
  delimiter?: string | null;

  @Field(() => [String], {
    nullable: 'itemsAndList',
    description:
      'What each column of CSV is, in their order, whatever its heading: `controllerId`, `name`, `description`, `group`, `address`, `targetType`, `securityToken`, `requestAttributes`, `tags`, `attribute.<key>` or `metadata.<key>`; null for one that is left out. Without it the headings say it.',
  })
  columns?: (string | null)[] | null;

  @Field(() => [ImportFieldInput], {
    nullable: true,
    description:
      'What fields of NDJSON are, whatever their names; those that are not told are what they are named.',
  })
  fields?: ImportFieldInput[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'A header of a request.' })
class RequestHeader {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType({ simpleResolvers: true, description: 'Where the file of an import is awaited.' })
class ImportUpload {
  @Field(() => Url, {
    description:
      'The address, which takes the file by PUT from anyone who has it. If the upload breaks off, the same file can be sent there again, and goes on from where it was.',
  })
  url!: string;

  @Field(() => [RequestHeader], { description: 'What is to be sent along.' })
  headers!: RequestHeader[];

  @Field(() => GraphQLDateTime, {
    description: 'Until when sending must have started; each start moves it on.',
  })
  expiresAt!: Date;
}

@ObjectType({ simpleResolvers: true, description: 'What `createImportUpload` answers.' })
class CreateImportUploadPayload extends Payload {
  @Field(() => Import, {
    nullable: true,
    description: 'The import, which waits for its file; null where refused.',
  })
  import!: Import | null;

  @Field(() => ImportUpload, { nullable: true, description: 'Where the file goes; null where refused.' })
  upload!: ImportUpload | null;
}

const MEDIA_TYPES: Record<Entity['format'], string> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
};

@Resolver()
export class ImportUploadResolver {
  @Mutation(() => CreateImportUploadPayload, {
    description:
      'Begins an import of targets: says where to send the file. Follow it by `importProgress`. Needs CREATE_TARGET, and UPDATE_TARGET for UPSERT, now and when the file is sent.',
  })
  createImportUpload(
    @Arg('input', () => CreateImportUploadInput, { description: 'What will be sent.' })
    input: CreateImportUploadInput,
    @Ctx() context: GraphqlContext,
  ) {
    const work = createImportUpload(context, input);
    return answer(
      { import: null, upload: null },
      work.then(({ import: begun, token, expiresAt }) => ({
        import: begun,
        upload: {
          url: `${context.baseUrl}/uploads/imports/${token}`,
          headers: [{ name: 'Content-Type', value: MEDIA_TYPES[begun.format] }],
          expiresAt,
        },
      })),
    );
  }
}
