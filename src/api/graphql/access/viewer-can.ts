import { type ClassType, Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Right } from '../../../services/access/rights.ts';
import { RIGHTS, type RightsOf, TENANT_RIGHTS } from '../../../services/platform/rights/rights.ts';
import { AutoAssignment } from '../deployments/auto-assignments.ts';
import { Rollout } from '../deployments/rollouts.ts';
import { CertificateAuthority } from '../devices/certificate-authorities.ts';
import { EnrollmentGroup } from '../devices/enrollment-groups.ts';
import { PendingTarget } from '../devices/pending-targets.ts';
import { TargetFilter } from '../fleet/target-filters.ts';
import { TargetTag } from '../fleet/target-tags.ts';
import { TargetType } from '../fleet/target-types.ts';
import { Target } from '../fleet/targets.ts';
import { Webhook } from '../platform/webhooks.ts';
import type { GraphqlContext } from '../server/context.ts';
import { loaderOf } from '../server/loaders.ts';
import { Artifact } from '../software/artifacts.ts';
import { DistributionSetTag } from '../software/distribution-set-tags.ts';
import { DistributionSetType } from '../software/distribution-set-types.ts';
import { DistributionSet } from '../software/distribution-sets.ts';
import { SoftwareModuleType } from '../software/software-module-types.ts';
import { SoftwareModule } from '../software/software-modules.ts';
import { ApiKey } from './api-keys.ts';
import { Role } from './roles.ts';
import { User } from './users.ts';
import { Viewer } from './viewer.ts';

/** What `viewerCan` is a field of. */
const TYPES: Record<RightsOf, ClassType> = {
  Target,
  TargetType,
  TargetTag,
  TargetFilter,
  DistributionSet,
  SoftwareModule,
  Rollout,
  AutoAssignment,
  EnrollmentGroup,
  CertificateAuthority,
  Webhook,
  SoftwareModuleType,
  DistributionSetType,
  DistributionSetTag,
  Artifact,
  PendingTarget,
  User,
  Role,
  ApiKey,
};

const WHAT_IT_SAYS =
  'by permissions and their scopes, for a console that shows or hides it. A state that forbids it, or a rule about the input, is not looked at.';

/** A page asks for each right once. */
type Load = (context: GraphqlContext, id: number) => Promise<boolean>;
const loads = new Map<Right, Load>();

function loadOf(right: Right): Load {
  const known = loads.get(right);
  if (known) return known;
  const load: Load = loaderOf(async (context, ids: readonly number[]) => {
    const may = await right(context, [...new Set(ids)]);
    return ids.map(may);
  });
  loads.set(right, load);
  return load;
}

/** Whether all of these let the caller do it. One that refuses is enough: the others are not asked. */
async function mayDo(context: GraphqlContext, rights: readonly Right[], id: number): Promise<boolean> {
  for (const right of rights) if (!(await loadOf(right)(context, id))) return false;
  return true;
}

/** What rights are asked by: the number of a thing, of an artifact that of its module. */
interface Owned {
  id?: number;
  moduleId?: number;
}

const wordsOf = (name: string) => name.replace(/([A-Z])/g, ' $1').toLowerCase();

/** Declares the field `viewerCan` of a type, and what it has. @returns its resolver */
function viewerCan(type: ClassType, name: string, rights: Readonly<Record<string, readonly Right[]>>) {
  @ObjectType(`${name}ViewerCan`, {
    simpleResolvers: true,
    description: `What the caller may do, ${WHAT_IT_SAYS}`,
  })
  class ViewerCan {
    [right: string]: unknown;
  }
  for (const right of Object.keys(rights))
    Field(() => Boolean, { description: `Whether the caller may ${wordsOf(right)}.` })(
      ViewerCan.prototype,
      right,
    );

  @Resolver(() => type)
  class ViewerCanResolver {
    @FieldResolver(() => ViewerCan, { description: `What the caller may do, ${WHAT_IT_SAYS}` })
    viewerCan(@Root() { id = 0, moduleId = id }: Owned, @Ctx() context: GraphqlContext): ViewerCan {
      const asked = Object.entries(rights).map(
        ([right, needed]) => [right, () => mayDo(context, needed, moduleId)] as const,
      );
      return Object.fromEntries(asked);
    }
  }
  return ViewerCanResolver;
}

export const VIEWER_CAN_RESOLVERS = [
  ...Object.entries(TYPES).map(([name, type]) => viewerCan(type, name, RIGHTS[name as RightsOf])),
  viewerCan(Viewer, 'Viewer', TENANT_RIGHTS),
];
