import { Ctx, Field, FieldResolver, InputType, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { EnrollmentGroup as Entity } from '../../../services/devices/enrollment/find.ts';
import type { GraphqlContext } from '../server/context.ts';
import { enumOf } from '../server/enums.ts';
import { EnrollmentGroup, type EnrollmentGroupView } from './enrollment-groups.ts';

type Policy = NonNullable<Entity['certificatePolicy']>;
type KeyKind = Policy['keyKinds'][number];

const CertificateKeyKind = enumOf<KeyKind>(
  'CertificateKeyKind',
  'The kind and size of a key that a certificate is issued for.',
  {
    EC_P256: 'ECDSA on the curve P-256.',
    EC_P384: 'ECDSA on the curve P-384.',
    EC_P521: 'ECDSA on the curve P-521.',
    ED25519: 'Ed25519.',
    RSA_2048: 'RSA with 2048 bits.',
    RSA_3072: 'RSA with 3072 bits.',
    RSA_4096: 'RSA with 4096 bits.',
  },
);

const LIFETIME = 'How long a certificate is valid, in days; never longer than that of the authority.';
const RENEWAL = 'How many days before its end a certificate may be renewed by itself; at most its lifetime.';
const KEY_KINDS = 'The kinds of keys that certificates are issued for; devices are advised to use the first.';
const NAMES =
  'Patterns of subject alternative names that a device may ask for, such as `DNS:{controllerId}.example.org`, also with `IP:`, `URI:` and `EMAIL:`; `{controllerId}` stands for its own, `*` for any text. Requests for others are refused.';

@ObjectType({
  simpleResolvers: true,
  description:
    'On what terms devices get certificates. Their subject is the controllerId, whatever they ask for.',
})
export class CertificatePolicy implements Policy {
  @Field(() => Int, { description: LIFETIME })
  lifetimeDays!: number;

  @Field(() => Int, { description: RENEWAL })
  renewalDays!: number;

  @Field(() => [CertificateKeyKind], { description: KEY_KINDS })
  keyKinds!: KeyKind[];

  @Field(() => [String], { description: NAMES })
  alternativeNames!: string[];
}

@InputType({ description: 'On what terms devices get certificates.' })
export class CertificatePolicyInput {
  @Field(() => Int, { defaultValue: 365, description: `${LIFETIME} At most 3650.` })
  lifetimeDays!: number;

  @Field(() => Int, { defaultValue: 30, description: RENEWAL })
  renewalDays!: number;

  @Field(() => [CertificateKeyKind], { defaultValue: ['EC_P256', 'EC_P384'], description: KEY_KINDS })
  keyKinds!: KeyKind[];

  @Field(() => [String], { defaultValue: [], description: `${NAMES} At most 20.` })
  alternativeNames!: string[];
}

@Resolver(() => EnrollmentGroup)
export class CertificatePolicyResolver {
  @FieldResolver(() => CertificatePolicy, {
    nullable: true,
    description: 'On what terms its devices get certificates by EST; null where they get none.',
  })
  certificatePolicy(@Root() { certificatePolicy }: EnrollmentGroupView): CertificatePolicy | null {
    return certificatePolicy;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The path below which its devices speak EST, `/.well-known/est/{tenant}.{group}`; null where they get no certificates. It changes with the name of the group.',
  })
  estPath(
    @Root() { name, certificatePolicy }: EnrollmentGroupView,
    @Ctx() { caller }: GraphqlContext,
  ): string | null {
    return certificatePolicy && `/.well-known/est/${caller.tenantName}.${encodeURIComponent(name)}`;
  }
}
