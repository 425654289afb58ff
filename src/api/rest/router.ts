import express, { type Request } from 'express';
import type { Authenticator } from '../../services/access/authenticate.ts';
import type { Platform } from '../../services/shared/context.ts';
import { webError } from '../hawkbit-errors.ts';
import { PROTOCOL_HEADERS, type Proxies } from '../http.ts';
import { sendHal } from '../media.ts';
import { actionRoutes } from './actions.ts';
import { artifactRoutes } from './artifacts.ts';
import { assignmentRoutes } from './assignments.ts';
import { autoAssignmentRoutes } from './auto-assignments.ts';
import { autoConfirmRoutes } from './auto-confirm.ts';
import { configurationRoutes } from './configuration.ts';
import { setStatisticsRoutes } from './distribution-set-statistics.ts';
import { distributionSetTagRoutes } from './distribution-set-tags.ts';
import { distributionSetTypeRoutes } from './distribution-set-types.ts';
import { distributionSetRoutes } from './distribution-sets.ts';
import { answerErrors } from './errors.ts';
import { linksOn } from './render.ts';
import { type ResourceOptions, resource } from './resource.ts';
import { rolloutGroupRoutes } from './rollout-groups.ts';
import { rolloutRoutes } from './rollouts.ts';
import { softwareMetadataRoutes } from './software-metadata.ts';
import { softwareModuleTypeRoutes } from './software-module-types.ts';
import { softwareModuleRoutes } from './software-modules.ts';
import { targetFilterRoutes } from './target-filters.ts';
import { targetGroupRoutes } from './target-groups.ts';
import { targetMetadataRoutes } from './target-metadata.ts';
import { targetTagRoutes } from './target-tags.ts';
import { targetTypeRoutes } from './target-types.ts';
import { targetRoutes } from './targets.ts';

export interface RestOptions extends ResourceOptions {
  platform: Platform;
  proxies: Proxies;
  /** Checks the `Authorization` header. @throws UNAUTHENTICATED */
  signIn: Authenticator;
  log: (error: unknown) => void;
}

/** The Management API, to be mounted at `/rest`. Authentication comes before routing. */
export function restRouter({ platform, proxies, signIn, log, bodyLimit }: RestOptions): express.Router {
  const router = express.Router({ strict: true, caseSensitive: true });
  router.use(async (request, response, next) => {
    response.set(PROTOCOL_HEADERS);
    const origin = { channel: 'MANAGEMENT_API', address: proxies.addressOf(request) } as const;
    const caller = await signIn(request.headers.authorization, origin);
    response.locals['context'] = { ...platform, caller, origin };
    next();
  });

  const v1 = express.Router({ strict: true, caseSensitive: true });
  const options = { bodyLimit };
  const linksOf = (request: Request) => linksOn(proxies.baseUrlOf(request));
  targetRoutes(v1, options, linksOf);
  targetMetadataRoutes(v1, options);
  autoConfirmRoutes(v1, options, linksOf);
  targetFilterRoutes(v1, options, linksOf);
  autoAssignmentRoutes(v1, options, linksOf);
  targetTypeRoutes(v1, options, linksOf);
  targetTagRoutes(v1, options, linksOf);
  targetGroupRoutes(v1, options, linksOf);
  softwareModuleTypeRoutes(v1, options, linksOf);
  distributionSetTypeRoutes(v1, options, linksOf);
  softwareModuleRoutes(v1, options, linksOf);
  artifactRoutes(v1, options, linksOf);
  softwareMetadataRoutes(v1, options);
  distributionSetTagRoutes(v1, options, linksOf);
  distributionSetRoutes(v1, options, linksOf);
  setStatisticsRoutes(v1, options);
  assignmentRoutes(v1, options, linksOf);
  actionRoutes(v1, options, linksOf);
  rolloutRoutes(v1, options, linksOf);
  rolloutGroupRoutes(v1, options, linksOf);
  configurationRoutes(v1, options, linksOf);
  resource(
    v1,
    '/userinfo',
    {
      get: async ({ caller }, _request, response) =>
        sendHal(response, {
          tenant: caller.tenantName,
          username: caller.username,
          permissions: [...[...caller.roles].map((role) => `ROLE_${role}`), ...caller.permissions.keys()],
        }),
    },
    options,
  );
  router.use('/v1', v1);

  router.use((_request, response) => void response.status(404).json(webError(404)));
  router.use(answerErrors(log));
  return router;
}
