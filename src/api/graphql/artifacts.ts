import { GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import type { Artifact as Entity } from '../../services/artifacts/artifact.ts';
import { deleteArtifact } from '../../services/artifacts/delete.ts';
import { prepareUpload } from '../../services/artifacts/prepare-upload.ts';
import { AuthoredNode, DeletePayload, IdInput, payloadFor } from './building-blocks.ts';
import type { GraphqlContext } from './context.ts';
import { Payload } from './errors.ts';
import { toId } from './ids.ts';
import { SoftwareModule } from './software-modules.ts';

@ObjectType({ simpleResolvers: true, description: 'A file of a software module.' })
export class Artifact extends AuthoredNode implements Omit<Entity, 'moduleId'> {
  @Field(() => String, { description: 'Its name, unique in the module.' })
  filename!: string;

  @Field(() => GraphQLSafeInt, { description: 'How many bytes it has.' })
  size!: number;

  @Field(() => String, { description: 'Its MD5, in hexadecimal digits.' })
  md5!: string;

  @Field(() => String, { description: 'Its SHA-1, in hexadecimal digits.' })
  sha1!: string;

  @Field(() => String, { description: 'Its SHA-256, in hexadecimal digits.' })
  sha256!: string;
}

/** What a module is taken to have, for the cost of a query. */
const USUAL_ARTIFACTS = 3;

@InputType({ description: 'What `createArtifactUpload` takes.' })
class CreateArtifactUploadInput {
  @Field(() => ID, { description: 'Which software module gets the file.' })
  moduleId!: string;

  @Field(() => String, { description: 'The name of the file, at most 256 characters.' })
  filename!: string;

  @Field(() => String, { nullable: true, description: 'The MD5 that it must have.' })
  md5?: string | null;

  @Field(() => String, { nullable: true, description: 'The SHA-1 that it must have.' })
  sha1?: string | null;

  @Field(() => String, { nullable: true, description: 'The SHA-256 that it must have.' })
  sha256?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A field of a form.' })
class FormField {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Where a file goes: `POST` a form (multipart/form-data) with these fields and the file as `file`, signed in as here. The answer is 201 and the artifact.',
})
class ArtifactUpload {
  @Field(() => String, { description: 'The path on this server.' })
  path!: string;

  @Field(() => [FormField], { description: 'The fields of the form besides the file.' })
  fields!: FormField[];
}

@ObjectType({ simpleResolvers: true, description: 'What `createArtifactUpload` answers.' })
class CreateArtifactUploadPayload extends Payload {
  @Field(() => ArtifactUpload, { nullable: true, description: 'Where the file goes; null where refused.' })
  upload!: ArtifactUpload | null;
}

@InputType({ description: 'What `deleteArtifact` takes.' })
class DeleteArtifactInput extends IdInput {
  @Field(() => ID, { description: 'Which software module has it.' })
  moduleId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What `deleteArtifact` answers.' })
class DeleteArtifactPayload extends DeletePayload {}

const pathOf = (moduleId: number, ...rest: (string | number)[]) =>
  ['/rest/v1/softwaremodules', moduleId, 'artifacts', ...rest].join('/');

@Resolver(() => Artifact)
export class ArtifactResolver {
  @FieldResolver(() => String, {
    description: 'The path on this server where it can be downloaded. Needs DOWNLOAD_REPOSITORY_ARTIFACT.',
  })
  downloadPath(@Root() { moduleId, id }: Entity): string {
    return pathOf(moduleId, id, 'download');
  }

  @Mutation(() => CreateArtifactUploadPayload, {
    description:
      'Checks that a software module takes a file of that name, and says where to send it. Needs CREATE_SOFTWARE_MODULE.',
  })
  createArtifactUpload(
    @Arg('input', () => CreateArtifactUploadInput, { description: 'What will be sent.' })
    input: CreateArtifactUploadInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateArtifactUploadPayload> {
    const moduleId = toId(input.moduleId);
    const work = prepareUpload(context, { ...input, moduleId }).then((details) => ({
      path: pathOf(moduleId),
      fields: fieldsOf(details),
    }));
    return payloadFor(input, 'upload', work);
  }

  @Mutation(() => DeleteArtifactPayload, {
    description: 'Takes a file away from a software module. Needs DELETE_SOFTWARE_MODULE.',
  })
  deleteArtifact(
    @Arg('input', () => DeleteArtifactInput, { description: 'Which file.' })
    input: DeleteArtifactInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeleteArtifactPayload> {
    const work = deleteArtifact(context, { moduleId: toId(input.moduleId), id: toId(input.id) });
    return payloadFor(
      input,
      'deletedId',
      work.then(() => input.id),
    );
  }
}

/** The fields that hawkBit's upload knows them by. */
function fieldsOf({ filename, ...hashes }: Awaited<ReturnType<typeof prepareUpload>>): FormField[] {
  const given = Object.entries(hashes).flatMap(([hash, value]) =>
    value ? { name: `${hash}sum`, value } : [],
  );
  return [{ name: 'filename', value: filename }, ...given];
}

@Resolver(() => SoftwareModule)
export class ModuleArtifactsResolver {
  @FieldResolver(() => [Artifact], {
    description: 'Its files.',
    complexity: ({ childComplexity }) => 1 + USUAL_ARTIFACTS * childComplexity,
  })
  artifacts(@Root() { id }: SoftwareModule, @Ctx() { loaders }: GraphqlContext): Promise<Artifact[]> {
    return loaders.artifacts.load(id);
  }
}
