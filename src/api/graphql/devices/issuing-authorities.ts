import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { createIssuingAuthority } from '../../../services/devices/issuing/create.ts';
import { findIssuingDetails, type IssuingDetails } from '../../../services/devices/issuing/find.ts';
import type { CreateIssuingAuthority } from '../../../services/devices/issuing/input.ts';
import { updateIssuingAuthority } from '../../../services/devices/issuing/update.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { Payload } from '../server/errors.ts';
import { loaderOf } from '../server/loaders.ts';
import { idInput, payload } from '../server/mutations.ts';
import { Needs } from '../server/needs.ts';
import { Url } from '../server/scalars.ts';
import { OneOf } from '../server/selections.ts';
import { CertificateAuthority } from './certificate-authorities.ts';

type Upstream = NonNullable<IssuingDetails['upstream']>;

const IssuingAuthorityKind = enumOf<IssuingDetails['kind']>(
  'IssuingAuthorityKind',
  'Where the key of an issuing authority is from.',
  {
    made: 'The server has made it.',
    intermediate: 'It was brought along, below an authority of your own.',
    upstream: 'Another server has it, which signs by EST.',
  },
);

@ObjectType({
  simpleResolvers: true,
  description: 'An EST server that signs certificates of devices, as Muster asks it.',
})
class UpstreamEstServer implements Upstream {
  @Field(() => Url, { description: 'The address below which its operations are.' })
  url!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The authorities of its TLS, in PEM; null for those that Node.js trusts.',
  })
  trustAnchors!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The user name of HTTP Basic; `{controllerId}` in it stands for that of the device. Null where there is none.',
  })
  username!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The certificate that is shown to it, in PEM; null where none is.',
  })
  certificate!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'What makes a certificate authority one that signs certificates of devices here.',
})
class IssuingAuthority implements IssuingDetails {
  @Field(() => IssuingAuthorityKind, { description: 'Where its key is from.' })
  kind!: IssuingDetails['kind'];

  @Field(() => Boolean, {
    description:
      'Whether it signs now: the newest of the tenant does. What those before it have signed stays good.',
  })
  isCurrent!: boolean;

  @Field(() => [String], {
    description:
      'The certificates above its own, in PEM, the nearest first, as far as they are known; none for one that was made here.',
  })
  chain!: string[];

  @Field(() => UpstreamEstServer, {
    nullable: true,
    description: 'The server that signs; null where certificates are signed here.',
  })
  upstream!: UpstreamEstServer | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The path at which everybody gets the list of its revoked certificates, as RFC 5280 has it; null where another server signs, which has that list itself.',
  })
  revocationListPath!: string | null;
}

@InputType({ description: 'A new authority, with a key of the curve P-256.' })
class NewIssuingAuthorityInput {
  @Field(() => Int, {
    defaultValue: 3_650,
    description: 'How long its certificate is valid, in days, at most 36500.',
  })
  lifetimeDays!: number;
}

@InputType({ description: 'An authority that is brought along.' })
class IntermediateAuthorityInput {
  @Field(() => String, {
    description: 'Its certificate in PEM, followed by those above it, each signed by the next; at most 5.',
  })
  certificates!: string;

  @Field(() => String, {
    description:
      'Its private key in PEM, without a passphrase. It is stored encrypted and never shown again.',
  })
  privateKey!: string;
}

@InputType({
  description: 'An EST server that signs. A password, a certificate, or both are needed.',
})
class UpstreamEstServerInput {
  @Field(() => Url, {
    description:
      'The https address below which its operations are, such as `https://ca.example.org/.well-known/est`. It must lead to public addresses, unless MUSTER_WEBHOOKS_PRIVATE is set.',
  })
  url!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The authorities of its TLS, in PEM, at most 5; by default those that Node.js trusts.',
  })
  trustAnchors?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The user name of HTTP Basic, at most 256 characters; `{controllerId}` in it stands for that of the device.',
  })
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its password, at most 1024 characters. It is stored encrypted and never shown again.',
  })
  password?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The certificate that is shown to it, in PEM, followed by those above it; at most 5.',
  })
  certificate?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The private key of that certificate, in PEM, without a passphrase. It is stored encrypted and never shown again.',
  })
  privateKey?: string | null;
}

@OneOf()
@InputType({ description: 'Where an issuing authority is from.' })
class IssuingAuthoritySource {
  @Field(() => NewIssuingAuthorityInput, { nullable: true, description: 'The server makes it.' })
  made?: NewIssuingAuthorityInput;

  @Field(() => IntermediateAuthorityInput, { nullable: true, description: 'It is brought along.' })
  intermediate?: IntermediateAuthorityInput;

  @Field(() => UpstreamEstServerInput, {
    nullable: true,
    description: 'An EST server signs; it is asked for the certificates of its authority.',
  })
  upstream?: UpstreamEstServerInput;
}

@InputType({ description: 'What `updateIssuingAuthority` takes.' })
class UpdateIssuingAuthorityInput extends idInput('CertificateAuthority') {
  @Field(() => UpstreamEstServerInput, {
    description: 'The server that signs, all of it anew: nothing of what is stored is kept.',
  })
  upstream!: UpstreamEstServerInput;
}

@ObjectType({ simpleResolvers: true, description: 'What `updateIssuingAuthority` answers.' })
class UpdateIssuingAuthorityPayload extends Payload {
  @Field(() => CertificateAuthority, {
    nullable: true,
    description: 'The certificate authority as it is now; null where refused.',
  })
  certificateAuthority!: CertificateAuthority | null;
}

@InputType({ description: 'What `createIssuingAuthority` takes.' })
class CreateIssuingAuthorityInput {
  @Field(() => String, {
    description:
      'Its name, unique among the certificate authorities of the tenant, at most 128 characters; of one that is made also the common name.',
  })
  name!: string;

  @Field(() => IssuingAuthoritySource, { description: 'Where it is from.' })
  source!: IssuingAuthoritySource;
}

@ObjectType({ simpleResolvers: true, description: 'What `createIssuingAuthority` answers.' })
class CreateIssuingAuthorityPayload extends Payload {
  @Field(() => CertificateAuthority, {
    nullable: true,
    description: 'The certificate authority that it is; null where refused.',
  })
  certificateAuthority!: CertificateAuthority | null;
}

const loadIssuing = loaderOf(findIssuingDetails);

@Resolver(() => CertificateAuthority)
export class IssuingAuthorityResolver {
  @Needs('READ_TENANT_CONFIGURATION')
  @FieldResolver(() => IssuingAuthority, {
    nullable: true,
    description: 'Set where it signs, or signed, certificates of devices here; null for any other.',
  })
  async issuing(
    @Root() { id }: CertificateAuthority,
    @Ctx() context: GraphqlContext,
  ): Promise<IssuingAuthority | null> {
    const details = await loadIssuing(context, id);
    const path = `/crl/${context.caller.tenantName}/${id}`;
    return details && { ...details, revocationListPath: details.upstream ? null : path };
  }

  @Mutation(() => CreateIssuingAuthorityPayload, {
    description:
      'Gives the tenant an authority that signs certificates of devices from now on, by EST, and lets devices sign in with them. What authorities before it have signed stays good until they are deleted. Refused unless MUSTER_SECRET_KEY is set. Needs CREATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.',
  })
  createIssuingAuthority(
    @Arg('input', () => CreateIssuingAuthorityInput, { description: 'The authority.' })
    input: CreateIssuingAuthorityInput,
    @Ctx() context: GraphqlContext,
  ): Promise<CreateIssuingAuthorityPayload> {
    // GraphQL has seen to it that exactly one source is there.
    const work = createIssuingAuthority(context, input as CreateIssuingAuthority);
    return payload('certificateAuthority', work);
  }

  @Mutation(() => UpdateIssuingAuthorityPayload, {
    description:
      'Tells an authority whose certificates an EST server signs where that is and with what Muster signs in there, and asks it again for the certificates above. Refused where the server signs by another key now: create an authority for that. Needs UPDATE_TENANT_CONFIGURATION and READ_GATEWAY_SECURITY_TOKEN.',
  })
  updateIssuingAuthority(
    @Arg('input', () => UpdateIssuingAuthorityInput, { description: 'What to change.' })
    input: UpdateIssuingAuthorityInput,
    @Ctx() context: GraphqlContext,
  ): Promise<UpdateIssuingAuthorityPayload> {
    return payload('certificateAuthority', updateIssuingAuthority(context, input));
  }
}
