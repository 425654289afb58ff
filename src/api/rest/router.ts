import express, { type Request } from 'express';
import type { Authenticator } from '../../services/access/authenticate.ts';
import { contextFor, type Platform, readingContextFor } from '../../services/shared/context.ts';
import type { Browsers } from '../browsers.ts';
import { originOf, type Proxies, setProtocolHeaders } from '../http.ts';
import { sendHal, sendWebError } from '../media.ts';
import { actionRoutes } from './actions.ts';
import { artifactRoutes } from './artifacts.ts';
import { assignmentRoutes } from './assignments.ts';
import { autoAssignmentRoutes } from './auto-assignments.ts';
import { autoConfirmRoutes } from './auto-confirm.ts';
import { configurationRoutes } from './configuration.ts';
import { USER_INFO } from './described/tenant.ts';
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
  browsers: Browsers;
  /** @throws UNAUTHENTICATED */
  signIn: Authenticator;
  log: (error: unknown) => void;
}

/** What a page may link to: a session's cookie is valid for no other path here. */
const DOWNLOAD = /^\/v1\/softwaremodules\/\d+\/artifacts\/\d+\/download$/;
const isDownload = ({ method, path }: Request) =>
  (method === 'GET' || method === 'HEAD') && DOWNLOAD.test(path);

/** The Management API, to be mounted at `/rest`. Authentication comes before routing. */
export function restRouter(options: RestOptions): express.Router {
  const { platform, proxies, browsers, signIn, log, bodyLimit, routes } = options;
  const router = express.Router({ strict: true, caseSensitive: true });
  router.use(async (request, response, next) => {
    setProtocolHeaders(response);
    const origin = originOf(proxies, request, 'MANAGEMENT_API');
    const credentials = isDownload(request)
      ? browsers.credentialsOf(request)
      : browsers.authorizationOf(request);
    const caller = await signIn(credentials, origin);
    const onlyReads = request.method === 'GET' || request.method === 'HEAD';
    response.locals['context'] = onlyReads
      ? await readingContextFor(platform, caller, origin)
      : contextFor(platform, caller, origin);
    next();
  });

  const v1 = express.Router({ strict: true, caseSensitive: true });
  const limits = { bodyLimit, routes: routes.under('/rest/v1', 'management') };
  const linksOf = (request: Request) => linksOn(proxies.baseUrlOf(request));
  targetRoutes(v1, limits, linksOf);
  targetMetadataRoutes(v1, limits);
  autoConfirmRoutes(v1, limits, linksOf);
  targetFilterRoutes(v1, limits, linksOf);
  autoAssignmentRoutes(v1, limits, linksOf);
  targetTypeRoutes(v1, limits, linksOf);
  targetTagRoutes(v1, limits, linksOf);
  targetGroupRoutes(v1, limits, linksOf);
  softwareModuleTypeRoutes(v1, limits, linksOf);
  distributionSetTypeRoutes(v1, limits, linksOf);
  softwareModuleRoutes(v1, limits, linksOf);
  artifactRoutes(v1, limits, linksOf);
  softwareMetadataRoutes(v1, limits);
  distributionSetTagRoutes(v1, limits, linksOf);
  distributionSetRoutes(v1, limits, linksOf);
  setStatisticsRoutes(v1, limits);
  assignmentRoutes(v1, limits, linksOf);
  actionRoutes(v1, limits, linksOf);
  rolloutRoutes(v1, limits, linksOf);
  rolloutGroupRoutes(v1, limits, linksOf);
  configurationRoutes(v1, limits, linksOf);
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
    { ...limits, described: USER_INFO },
  );
  // Here the request still knows its whole route, for metrics and traces.
  v1.use(answerErrors(log));
  router.use('/v1', v1);

  router.use((_request, response) => sendWebError(response, 404));
  router.use(answerErrors(log));
  return router;
}
