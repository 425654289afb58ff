import { GraphQLDateTime } from 'graphql-scalars';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { createCertificateAuthority } from '../../../services/devices/certificate-authorities/create.ts';
import { deleteCertificateAuthority } from '../../../services/devices/certificate-authorities/delete.ts';
import type { CertificateAuthorityOrderField as OrderField } from '../../../services/devices/certificate-authorities/fields.ts';
import {
  type CertificateAuthority as Entity,
  findCertificateAuthorities,
} from '../../../services/devices/certificate-authorities/find.ts';
import { listCertificateAuthorities } from '../../../services/devices/certificate-authorities/list.ts';
import { updateCertificateAuthority } from '../../../services/devices/certificate-authorities/update.ts';
import { AuthoredNumberedNode, orderedArgs } from '../server/building-blocks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { Payload } from '../server/errors.ts';
import { lookup } from '../server/lookups.ts';
import {
  DeletePayload,
  deletion,
  type IdInput,
  idInput,
  inputOf,
  payload,
  payloadOf,
} from '../server/mutations.ts';
import { connection, connectionTypes, listCost } from '../server/pagination.ts';

@ObjectType({
  simpleResolvers: true,
  description: "An authority (CA) whose certificates the tenant's devices sign in with, over TLS.",
})
export class CertificateAuthority extends AuthoredNumberedNode implements Entity {
  @Field(() => String, { description: 'Its name, unique in the tenant.' })
  name!: string;

  @Field(() => String, { description: 'Its certificate, in PEM.' })
  certificate!: string;

  @Field(() => String, {
    description: 'The SHA-256 fingerprint of its certificate, as OpenSSL prints it; unique in the tenant.',
  })
  fingerprint!: string;

  @Field(() => String, { description: 'The subject of its certificate.' })
  subject!: string;

  @Field(() => GraphQLDateTime, { description: 'From when on its certificate is valid.' })
  notBefore!: Date;

  @Field(() => GraphQLDateTime, { description: 'Until when its certificate is valid.' })
  notAfter!: Date;

  @Field(() => [String], {
    description:
      'The serial numbers of revoked certificates below it: in upper-case hexadecimal, without leading zeros.',
  })
  revokedSerials!: string[];

  @Field(() => Boolean, {
    description:
      'Whether its certificates only enroll at the group that names it, to get one from an issuing authority, and sign in no device that polls.',
  })
  bootstrapOnly!: boolean;
}

@ArgsType()
class CertificateAuthoritiesArgs extends orderedArgs<OrderField>(
  'CertificateAuthority',
  'certificate authorities',
  {
    id: 'By the identifier, which is also the order of creation.',
    name: 'By the name.',
    subject: 'By the subject of the certificate.',
    notAfter: 'By the time until which the certificate is valid.',
    createdAt: 'By the time of creation.',
    lastModifiedAt: 'By the time of the last change.',
  },
) {}

@InputType({ description: 'What `createCertificateAuthority` takes.' })
class CreateCertificateAuthorityInput {
  @Field(() => String, { description: 'Its name, unique in the tenant, at most 128 characters.' })
  name!: string;

  @Field(() => String, {
    description:
      'Its certificate, in PEM and nothing else, at most 16384 characters: a root, or a CA below one, with `CA:TRUE` in its basicConstraints.',
  })
  certificate!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether its certificates only enroll at the group that names it, and sign in no device that polls: certificates that devices leave the factory with.',
  })
  bootstrapOnly!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What `createCertificateAuthority` answers.' })
class CreateCertificateAuthorityPayload extends Payload {
  @Field(() => CertificateAuthority, {
    nullable: true,
    description: 'The created authority; null where refused.',
  })
  certificateAuthority!: CertificateAuthority | null;
}

@InputType({
  description: 'What `updateCertificateAuthority` takes. A missing field stays as it is; null is refused.',
})
class UpdateCertificateAuthorityInput extends idInput('CertificateAuthority') {
  @Field(() => String, { nullable: true, description: 'Its new name.' })
  name?: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'Serial numbers to revoke, in hexadecimal, with or without colons: of devices or of CAs between. At most 10000 of an authority are kept.',
  })
  revokeSerials?: string[];

  @Field(() => [String], {
    nullable: true,
    description: 'Serial numbers to accept again; one in both lists is revoked.',
  })
  reinstateSerials?: string[];
}

@ObjectType({ simpleResolvers: true, description: 'What `updateCertificateAuthority` answers.' })
class UpdateCertificateAuthorityPayload extends Payload {
  @Field(() => CertificateAuthority, {
    nullable: true,
    description: 'The authority as it is now; null where refused.',
  })
  certificateAuthority!: CertificateAuthority | null;
}

const { Connection: CertificateAuthorityConnection } = connectionTypes(
  'CertificateAuthority',
  'certificate authorities',
  CertificateAuthority,
);

lookup('CertificateAuthority', CertificateAuthority, {
  needs: 'READ_TENANT_CONFIGURATION',
  find: findCertificateAuthorities,
});

@Resolver(() => CertificateAuthority)
export class CertificateAuthorityResolver {
  @Query(() => CertificateAuthorityConnection, {
    description: 'Lists certificate authorities. Needs READ_TENANT_CONFIGURATION.',
    complexity: listCost,
  })
  async certificateAuthorities(
    @Args(() => CertificateAuthoritiesArgs) args: CertificateAuthoritiesArgs,
    @Ctx() context: GraphqlContext,
  ) {
    return connection(await listCertificateAuthorities(context, args), (authority) => authority);
  }

  @Mutation(() => CreateCertificateAuthorityPayload, {
    description:
      'Lets devices sign in with certificates that an authority, or a CA below it, has signed. Needs CREATE_TENANT_CONFIGURATION, and READ_GATEWAY_SECURITY_TOKEN as such certificates are as good as that token.',
  })
  createCertificateAuthority(
    @Arg('input', () => CreateCertificateAuthorityInput, { description: 'The authority.' })
    input: CreateCertificateAuthorityInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateCertificateAuthorityPayload> {
    return payload('certificateAuthority', createCertificateAuthority(context, input));
  }

  @Mutation(() => UpdateCertificateAuthorityPayload, {
    description:
      'Renames an authority, or revokes certificates below it. Takes effect at once. Needs UPDATE_TENANT_CONFIGURATION.',
  })
  updateCertificateAuthority(
    @Arg('input', () => UpdateCertificateAuthorityInput, { description: 'What to change.' })
    input: UpdateCertificateAuthorityInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateCertificateAuthorityPayload> {
    const work = updateCertificateAuthority(context, input);
    return payload('certificateAuthority', work);
  }

  @Mutation(payloadOf('deleteCertificateAuthority', DeletePayload), {
    description:
      'Deletes an authority; its certificates are refused at once. Needs DELETE_TENANT_CONFIGURATION.',
  })
  deleteCertificateAuthority(
    @Arg('input', inputOf('deleteCertificateAuthority', idInput('CertificateAuthority')), {
      description: 'What to delete.',
    })
    input: IdInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeletePayload> {
    return deletion(input, 'CertificateAuthority', (id) => deleteCertificateAuthority(context, { id }));
  }
}
