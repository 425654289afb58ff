import { GraphQLDateTime } from 'graphql-scalars';
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
import {
  currentOf,
  type IssuedCertificate as Entity,
  findChains,
  findIssuedCertificates,
  findIssuedCertificatesById,
} from '../../../services/devices/issued-certificates/find.ts';
import { revokeTargetCertificate } from '../../../services/devices/issued-certificates/revoke.ts';
import { Target, type TargetView } from '../fleet/targets.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { loaderOf } from '../server/loaders.ts';
import { lookup } from '../server/lookups.ts';
import { idInput, payload } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Node } from '../server/node.ts';

type Reason = NonNullable<Entity['revocationReason']>;

const RevocationReason = enumOf<Reason>(
  'RevocationReason',
  'Why a certificate was revoked, as RFC 5280 has it.',
  {
    unspecified: 'Nobody says.',
    keyCompromise: 'Somebody else may have its key.',
    affiliationChanged: 'The device belongs to somebody else.',
    superseded: 'Another one takes its place.',
    cessationOfOperation: 'The device is no longer in use; its target was deleted.',
  },
);

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'A certificate that a device got from an issuing authority. Expired ones are kept until the device gets its next.',
})
class TargetCertificate extends Node {
  @Field(() => String, {
    description: 'Its serial number, in upper-case hexadecimal without leading zeros.',
  })
  serialNumber!: string;

  @Field(() => GraphQLDateTime, { description: 'From when on it is valid.' })
  notBefore!: Date;

  @Field(() => GraphQLDateTime, { description: 'Until when it is valid.' })
  expiresAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it was issued.' })
  issuedAt!: Date;

  @Field(() => String, { description: 'The certificate itself, in PEM.' })
  certificate!: string;

  @Needs('READ_TARGET')
  @Field(() => [String], {
    description:
      'The certificates above it, in PEM: that of its issuer, then those of authorities above; none where the authority was deleted.',
  })
  chain!: string[];

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was revoked; null if it was not.' })
  revokedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Who revoked it.' })
  revokedBy!: string | null;

  @Field(() => RevocationReason, { nullable: true, description: 'Why it was revoked.' })
  revocationReason!: Reason | null;
}

/** A certificate without what has a loader. */
type TargetCertificateView = Omit<TargetCertificate, 'chain'> & Pick<Entity, 'authorityId'>;

const viewOf = ({ serial, targetId: _, groupId: __, ...certificate }: Entity): TargetCertificateView => ({
  ...certificate,
  serialNumber: serial,
});

@InputType({ description: 'What `revokeTargetCertificate` takes.' })
class RevokeTargetCertificateInput extends idInput('TargetCertificate') {
  @Field(() => RevocationReason, { defaultValue: 'unspecified', description: 'Why.' })
  reason!: Reason;
}

@ObjectType({ simpleResolvers: true, description: 'What `revokeTargetCertificate` answers.' })
class RevokeTargetCertificatePayload extends Payload {
  @Field(() => TargetCertificate, {
    nullable: true,
    description: 'The certificate as it is now; null where refused.',
  })
  targetCertificate!: TargetCertificateView | null;
}

const loadCertificates = loaderOf(findIssuedCertificates);
const loadChain = loaderOf(findChains);

lookup('TargetCertificate', TargetCertificate, {
  needs: 'READ_TARGET',
  find: findIssuedCertificatesById,
  view: viewOf,
});

@Resolver(() => TargetCertificate)
export class TargetCertificateResolver {
  @FieldResolver(() => [String])
  chain(@Root() { authorityId }: TargetCertificateView, @Ctx() context: GraphqlContext): Promise<string[]> {
    return loadChain(context, authorityId);
  }

  @Mutation(() => RevokeTargetCertificatePayload, {
    description:
      'Revokes a certificate of a target, for good: it signs nobody in any more, at once, and the list of revoked certificates has it. Needs UPDATE_TARGET.',
  })
  revokeTargetCertificate(
    @Arg('input', () => RevokeTargetCertificateInput, { description: 'Which certificate, and why.' })
    input: RevokeTargetCertificateInput,
    @Ctx() context: GraphqlContext,
  ): Promise<RevokeTargetCertificatePayload> {
    return payload('targetCertificate', revokeTargetCertificate(context, input).then(viewOf));
  }
}

@Resolver(() => Target)
export class CertificatesOfTargetResolver {
  @Needs('READ_TARGET')
  @FieldResolver(() => [TargetCertificate], {
    description: 'The certificates that were issued to it, the newest first, at most 20; revoked ones, too.',
  })
  async certificates(
    @Root() { id }: TargetView,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetCertificateView[]> {
    return (await loadCertificates(context, id)).map(viewOf);
  }

  @Needs('READ_TARGET')
  @FieldResolver(() => TargetCertificate, {
    nullable: true,
    description:
      'The newest certificate that was issued to it and is not revoked; it may have expired. Filters ask for its end by `certificate.expiresAt`.',
  })
  async certificate(
    @Root() { id }: TargetView,
    @Ctx() context: GraphqlContext,
  ): Promise<TargetCertificateView | null> {
    const current = currentOf(await loadCertificates(context, id));
    return current ? viewOf(current) : null;
  }
}
