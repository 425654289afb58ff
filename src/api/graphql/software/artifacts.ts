import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import type { Artifact as Entity } from '../../../services/software/artifacts/artifact.ts';
import { createExternalArtifact } from '../../../services/software/artifacts/create-external.ts';
import { createArtifactUpload } from '../../../services/software/artifacts/create-upload.ts';
import { deleteArtifact } from '../../../services/software/artifacts/delete.ts';
import { findArtifacts, findArtifactsOfModules } from '../../../services/software/artifacts/find.ts';
import { AuthoredNumberedNode } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { idOf } from '../server/ids.ts';
import { loaderOfLists } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { DeletePayload, deletion, idInput, payload, payloadOf } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Url } from '../server/scalars.ts';
import { ArtifactContentInfo } from './content-info.ts';
import { SoftwareModule } from './software-modules.ts';

@ObjectType({ simpleResolvers: true, description: 'A file of a software module.' })
export class Artifact extends AuthoredNumberedNode implements Omit<Entity, 'moduleId' | 'info' | 'url'> {
  @Field(() => String, { description: 'Its name, unique in the module.' })
  filename!: string;

  @Field(() => GraphQLSafeInt, { description: 'How many bytes it has.' })
  size!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Its MD5, in hexadecimal digits; null of a file that lives elsewhere if nobody said it.',
  })
  md5!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its SHA-1, in hexadecimal digits; null of a file that lives elsewhere if nobody said it.',
  })
  sha1!: string | null;

  @Field(() => String, { description: 'Its SHA-256, in hexadecimal digits.' })
  sha256!: string;
}

/** What a module is taken to have, for the cost of a query. */
const USUAL_ARTIFACTS = 3;

@InputType({ description: 'What `createArtifactUpload` takes.' })
class CreateArtifactUploadInput {
  @Field(() => idOf('SoftwareModule'), { description: 'Which software module gets the file.' })
  moduleId!: number;

  @Field(() => String, { description: 'The name of the file, at most 256 characters.' })
  filename!: string;

  @Field(() => String, { nullable: true, description: 'The MD5 that it must have.' })
  md5?: string | null;

  @Field(() => String, { nullable: true, description: 'The SHA-1 that it must have.' })
  sha1?: string | null;

  @Field(() => String, { nullable: true, description: 'The SHA-256 that it must have.' })
  sha256?: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Where to send a file: `PUT` its bytes there, with any client, without signing in. The answer is 201 and the artifact as JSON.',
})
class ArtifactUpload {
  @Field(() => Url, {
    description: 'The address. It takes one file, once, from anyone who has the address.',
  })
  url!: string;

  @Field(() => GraphQLDateTime, { description: 'Until when sending must have started.' })
  expiresAt!: Date;
}

@InputType({
  description: 'What `createExternalArtifact` takes. The server does not look whether it is true.',
})
class CreateExternalArtifactInput {
  @Field(() => idOf('SoftwareModule'), { description: 'Which software module gets the file.' })
  moduleId!: number;

  @Field(() => String, { description: 'The name of the file, at most 256 characters.' })
  filename!: string;

  @Field(() => Url, {
    description:
      'Where devices fetch it: an http or https address without user and password, at most 2048 characters.',
  })
  url!: string;

  @Field(() => GraphQLSafeInt, { description: 'How many bytes it has.' })
  size!: number;

  @Field(() => String, { description: 'Its SHA-256, in hexadecimal digits.' })
  sha256!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its SHA-1. SWUpdate and rauc-hawkbit-updater refuse files without it.',
  })
  sha1?: string | null;

  @Field(() => String, { nullable: true, description: 'Its MD5.' })
  md5?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `createExternalArtifact` answers.' })
class CreateExternalArtifactPayload extends Payload {
  @Field(() => Artifact, { nullable: true, description: 'The file; null where refused.' })
  artifact!: Artifact | null;
}

@ObjectType({ simpleResolvers: true, description: 'What `createArtifactUpload` answers.' })
class CreateArtifactUploadPayload extends Payload {
  @Field(() => ArtifactUpload, { nullable: true, description: 'Where the file goes; null where refused.' })
  upload!: ArtifactUpload | null;
}

@InputType({ description: 'What `deleteArtifact` takes.' })
class DeleteArtifactInput extends idInput('Artifact') {
  @Field(() => idOf('SoftwareModule'), { description: 'Which software module has it.' })
  moduleId!: number;
}

const loadArtifacts = loaderOfLists(findArtifactsOfModules);

lookup('Artifact', Artifact, { needs: 'READ_SOFTWARE_MODULE', find: findArtifacts });

@Resolver(() => Artifact)
export class ArtifactResolver {
  @FieldResolver(() => ArtifactContentInfo, {
    nullable: true,
    description: 'What an update for SWUpdate or RAUC tells about itself; null for every other file.',
  })
  contentInfo(@Root() { info }: Entity): ArtifactContentInfo | null {
    return info;
  }

  @Needs('DOWNLOAD_REPOSITORY_ARTIFACT')
  @FieldResolver(() => Url, {
    nullable: true,
    description: 'Where a signed-in caller can download it, or where it lives elsewhere.',
  })
  downloadUrl(@Root() { moduleId, id, url }: Entity, @Ctx() { baseUrl }: GraphqlContext): string | null {
    if (url !== null) return url;
    return `${baseUrl}/rest/v1/softwaremodules/${moduleId}/artifacts/${id}/download`;
  }

  @Mutation(() => CreateArtifactUploadPayload, {
    description:
      'Checks that a software module takes a file of that name, and says where to send it. Needs CREATE_SOFTWARE_MODULE, now and when the file is sent.',
  })
  createArtifactUpload(
    @Arg('input', () => CreateArtifactUploadInput, { description: 'What will be sent.' })
    input: CreateArtifactUploadInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateArtifactUploadPayload> {
    const work = createArtifactUpload(context, input);
    return payload(
      'upload',
      work.then(({ token, expiresAt }) => ({ url: `${context.baseUrl}/uploads/${token}`, expiresAt })),
    );
  }

  @FieldResolver(() => Url, {
    nullable: true,
    description: 'Where devices fetch it, if it lives elsewhere; null of a file in the store.',
  })
  externalUrl(@Root() { url }: Entity): string | null {
    return url;
  }

  @Mutation(() => CreateExternalArtifactPayload, {
    description:
      'Adds a file that lives elsewhere to a software module: devices fetch it there, the server never does. Needs CREATE_SOFTWARE_MODULE.',
  })
  createExternalArtifact(
    @Arg('input', () => CreateExternalArtifactInput, { description: 'Where it lives, and what it is.' })
    input: CreateExternalArtifactInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateExternalArtifactPayload> {
    return payload('artifact', createExternalArtifact(context, input));
  }

  @Mutation(payloadOf('deleteArtifact', DeletePayload), {
    description: 'Deletes a file of a software module. Needs DELETE_SOFTWARE_MODULE.',
  })
  deleteArtifact(
    @Arg('input', () => DeleteArtifactInput, { description: 'Which file.' })
    input: DeleteArtifactInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'Artifact', (id) => deleteArtifact(context, { moduleId: input.moduleId, id }));
  }
}

@Resolver(() => SoftwareModule)
export class ModuleArtifactsResolver {
  @Needs('READ_SOFTWARE_MODULE')
  @FieldResolver(() => [Artifact], {
    description: 'Its files.',
    complexity: ({ childComplexity }) => 1 + USUAL_ARTIFACTS * childComplexity,
  })
  artifacts(@Root() { id }: SoftwareModule, @Ctx() context: GraphqlContext): Promise<Artifact[]> {
    return loadArtifacts(context, id);
  }
}
