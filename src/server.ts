import { Server as TlsServer } from 'node:https';
import type { Logger } from 'pino';
import { openBrowsers } from './api/browsers.ts';
import type { SignInWays } from './api/graphql/server/context.ts';
import { openGraphql } from './api/graphql/server/server.ts';
import { openSockets } from './api/graphql/server/sockets.ts';
import { openProxies } from './api/http.ts';
import { openRouteBook } from './api/openapi/operation.ts';
import { type OperationsOptions, openOperations } from './api/operations.ts';
import { requestLog } from './api/requests.ts';
import { createApp } from './app.ts';
import { type Config, secretsOf, systemDefaultsOf } from './config.ts';
import type { OpenDatabase } from './database/open.ts';
import { openJobs } from './jobs.ts';
import type { Listening } from './listening/listen.ts';
import { openTurns } from './listening/turns.ts';
import { openPools } from './pools.ts';
import { errorLog, logRefusals, watchSignIns } from './server-log.ts';
import { openAuthenticator } from './services/access/authenticate.ts';
import { openIssuerSignIn } from './services/access/issuer-sign-in.ts';
import type { OidcOptions } from './services/access/oidc.ts';
import { openRequestLimits, type RequestRates } from './services/access/request-limits.ts';
import { type DevicePlatform, openDevices } from './services/devices/polling/poll.ts';
import { readGauges } from './services/platform/gauges.ts';
import { openLive } from './services/platform/live/live.ts';
import { openPlatform } from './services/platform/platform.ts';
import type { Platform } from './services/shared/context.ts';
import { openStorage } from './storage/open.ts';
import { renewTls } from './tls.ts';
import { openTracing } from './tracing/open.ts';
import { VERSION } from './version.ts';

export interface RunningServer {
  /** Where it really listens. */
  url: string;
  /** Finishes running requests, writes what is pending, closes the database. `onStep` hears what it waits for. */
  stop(onStep?: (what: string) => void): Promise<void>;
}

export interface ServeOptions {
  database: Pick<OpenDatabase, 'connection' | 'direct'>;
  log: Logger;
  shareMetrics?: OperationsOptions['shareMetrics'];
}

/** Opens all services on a migrated database and serves them. */
export async function serve(
  config: Config,
  { server, url, connections, handleBy, close }: Listening,
  { database, log, shareMetrics }: ServeOptions,
): Promise<RunningServer> {
  const logError = errorLog(log);
  const stopTracing = await openTracing(config, log);
  const proxies = openProxies(config.MUSTER_TRUSTED_PROXIES, config.MUSTER_PUBLIC_URL);
  const browsers = openBrowsers(proxies, config.MUSTER_ALLOWED_ORIGINS ?? []);
  const pools = await openPools(config, database, log);
  const { pool, replica, monitor } = pools;
  const parts = { ...(await partsOf(config, log)), clock: monitor.now, reads: replica?.reads };
  const opened = await openPlatform(pool, database.direct, parts, logError);
  const core = opened.platform;
  const platform = openDevices(core, config.MUSTER_POLL_CACHE_ENTRIES, logError, logRefusals(log));
  const oidc = oidcOptions(config, logError);
  const limits = openRequestLimits(core.announcements, requestRatesOf(config));
  const signIn = watchSignIns(
    openAuthenticator(core, { basicEnabled: config.MUSTER_BASIC_ENABLED, oidc, limits }),
    log,
  );
  const signInWays = signInWaysOf(config);
  const routes = openRouteBook();
  const door = { platform: core, proxies, browsers, signIn, signInWays, log: logError };
  const graphql = await openGraphql({
    ...door,
    routes,
    issuerSignIn: oidc && issuerSignInOf(core, config, oidc),
    bodyLimit: config.MUSTER_BODY_LIMIT,
  });
  const jobs = openJobs(core, logError);
  const live = openLive(core, logError, pools.live.database);
  const sockets = openSockets({
    ...door,
    schema: graphql.schema,
    live,
    mostConnections: config.MUSTER_SUBSCRIBERS,
  });
  monitor.onBack(jobs.hurry);
  const turns = openTurns();
  const operations = openOperations({
    routes,
    version: VERSION,
    isReady: monitor.answers,
    ...observedOf(platform),
    signInsRefused: signIn.refused,
    connections,
    requestsWaiting: turns.waiting,
    pool: pool.use,
    replica: replica?.state,
    readGauges: () => readGauges(pool.database),
    shareMetrics,
  });
  const app = createApp({
    config,
    routes,
    platform,
    proxies,
    browsers,
    signIn,
    graphql,
    sockets,
    operations,
    turns,
    logRequest: requestLog(log, proxies.addressOf),
    log: logError,
  });
  handleBy(app);
  const stopRenewing = server instanceof TlsServer ? renewTls(server, config, log) : undefined;
  const steps = {
    requests: () => Promise.all([sockets.close().then(live.close), close()]),
    GraphQL: graphql.close,
    jobs: jobs.close,
    'what devices did': () => platform.pollTimes.close().then(platform.twins.settled),
    'audit events and announcements': opened.close,
    'connections to the database': pools.close,
    traces: stopTracing,
  };
  return {
    url,
    async stop(onStep) {
      stopRenewing?.();
      jobs.stop();
      await inTurn(steps, pools.cut, onStep);
    },
  };
}

/** Ten seconds are promised for the end; what is cut off needs some time, too. */
const CUT_OFF_AFTER_MS = 6_000;

/** Ends one after the other. If that takes long, what they wait for is cut off. */
async function inTurn(
  steps: Record<string, () => Promise<unknown>>,
  cutOff: () => void,
  onStep: (what: string) => void = () => {},
): Promise<void> {
  const timer = setTimeout(cutOff, CUT_OFF_AFTER_MS);
  for (const [what, end] of Object.entries(steps)) {
    onStep(what);
    await end();
  }
  clearTimeout(timer);
}

/** What the metrics say of devices. */
const observedOf = ({ devices, pollTimes, counts, hooks, exchanges }: DevicePlatform) => ({
  rememberedDevices: devices.size,
  pollTimesWaiting: pollTimes.waiting,
  deviceCounts: counts,
  hookCalls: hooks.counts,
  estRequests: exchanges.counts,
});

/** How much people and programs may ask in a second. */
const requestRatesOf = (config: Config): RequestRates => ({
  address: config.MUSTER_ADDRESS_REQUESTS,
  credential: config.MUSTER_CREDENTIAL_REQUESTS,
  tenant: config.MUSTER_TENANT_REQUESTS,
});

/** What a platform works with, by the settings. */
const partsOf = async (config: Config, log: Logger) => ({
  systemDefaults: systemDefaultsOf(config),
  secrets: secretsOf(config),
  storage: await openStorage(config, (line) => log.error(line)),
});

/** Undefined where browsers can't sign in at the issuer. */
function issuerSignInOf(core: Platform, config: Config, oidc: OidcOptions) {
  const {
    MUSTER_OIDC_CLIENT_ID: clientId,
    MUSTER_OIDC_CLIENT_SECRET: clientSecret,
    MUSTER_OIDC_SCOPE: scope,
  } = config;
  return clientId === undefined
    ? undefined
    : openIssuerSignIn(core, { ...oidc, clientId, clientSecret, scope });
}

const signInWaysOf = (config: Config): SignInWays => ({
  password: config.MUSTER_BASIC_ENABLED,
  openIdConnect: config.MUSTER_OIDC_CLIENT_ID === undefined ? null : config.MUSTER_OIDC_NAME,
});

function oidcOptions(config: Config, onError: (error: unknown) => void): OidcOptions | undefined {
  const { MUSTER_OIDC_ISSUER: issuer, MUSTER_OIDC_AUDIENCE: audience } = config;
  return issuer === undefined || audience === undefined
    ? undefined
    : {
        issuer,
        audience,
        clockSkew: config.MUSTER_OIDC_CLOCK_SKEW,
        userClaim: config.MUSTER_OIDC_USER_CLAIM,
        rolesClaim: config.MUSTER_OIDC_ROLES_CLAIM,
        tenantClaim: config.MUSTER_OIDC_TENANT_CLAIM,
        onError,
      };
}
