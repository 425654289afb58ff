import 'reflect-metadata';
import cluster from 'node:cluster';
import {
  type Config,
  ConfigurationError,
  isLoopback,
  readConfig,
  secretsOf,
  unknownSettings,
} from './config.ts';
import { migrate, UnfitDatabaseError } from './database/migrate.ts';
import { openDatabase } from './database/open.ts';
import { otherMachines } from './database/peers.ts';
import { innerError } from './database/postgres-error.ts';
import { DatabaseUnavailableError } from './database/unavailable.ts';
import { firstScreen } from './first-screen.ts';
import { ListenError, listen } from './listening/listen.ts';
import { openLog } from './log.ts';
import { requireSecretKeys } from './services/platform/secrets/keys.ts';
import { hasDefaultPassword } from './services/platform/tenants/default-password.ts';
import {
  ensureFirstAdministrator,
  firstAdministratorOf,
} from './services/platform/tenants/first-administrator.ts';
import { describeUncaughtError } from './uncaught-error.ts';
import { VERSION } from './version.ts';
import { databaseOfWorker, shareMetrics, startWorkers, type WorkerDatabase, WorkerError } from './workers.ts';

/** Ten seconds are promised; this leaves one to spare. */
const END_AT_MOST_MS = 9_000;

interface Ending {
  what: string;
  /** `onStep` hears what it waits for. */
  end: (onStep: (what: string) => void) => Promise<void>;
}

/** Ends what was started, in the opposite order. */
const endings: Ending[] = [];
let ending: Promise<void> | undefined;
/** The highest exit code of all reasons to end. */
let exitCode = 0;
let sayEnd = (): void => {};
let complainOf = (line: string): void => console.error(`muster: ${line}`);

/** Loaded where it is needed: most of the program, which a start that is refused, and a process that only has workers, do without. */
const theServer = () => import('./server.ts');

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = openLog(config.LOG_LEVEL, config.NODE_ENV === 'production');
  complainOf = (line) => log.fatal(line);
  const inherited = databaseOfWorker();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (!inherited) log.info(`${signal}: Muster finishes running requests and stops`);
      void end(0);
    });
  if (inherited) return serveAsWorker(config, inherited, log);
  if (STARTED_BY_NPM.has(process.env['npm_lifecycle_event'] ?? '')) endWithParent();
  sayEnd = () => log.info('Muster has stopped');
  for (const line of unknownSettings(process.env)) log.warn(line);
  const listening = await listen(config, log);
  endings.push({ what: 'the port', end: async () => void listening.server.close() });

  const { stop, where, ...database } = await openDatabase(
    config,
    (line) => console.log(line),
    (line) => log.warn(line),
  );
  endings.push({ what: 'the database', end: stop });
  const warnings: string[] = [];
  await migrate(database.direct, async (pool) => {
    await requireSecretKeys(pool.database, secretsOf(config), new Date());
    const isNew = await ensureFirstAdministrator(pool.database, firstAdministratorOf(config), new Date());
    if (!isNew && config.given.has('MUSTER_ADMIN_PASSWORD')) log.info(PASSWORD_UNUSED);
    if (await hasDefaultPassword(pool.database)) warnings.push(defaultPasswordIn(config));
    if (config.DATABASE_URL && !config.MUSTER_ARTIFACTS?.startsWith('s3:'))
      warnings.push(...localArtifacts(await otherMachines(pool.client)));
  });
  const { url, port } = listening;
  if (config.MUSTER_WORKERS === 1) {
    const { serve } = await theServer();
    const server = await serve(config, listening, { database, log });
    endings.push({ what: 'the server', end: server.stop });
  } else {
    await listening.close();
    const workers = await startWorkers(config.MUSTER_WORKERS, port, database, {
      onLost: (how) => log.error(`a worker ended ${how}; another is started`),
      onHopeless() {
        log.fatal('no worker runs long enough to serve: the server ends');
        void end(1);
      },
    });
    endings.push({ what: 'the workers', end: workers.stop });
    if (config.MUSTER_TLS_CERT) process.on('SIGHUP', () => workers.signal('SIGHUP'));
  }
  if (config.NODE_ENV === 'production')
    log.info({ url, version: VERSION, data: where }, `Muster serves ${url}`);
  else console.log(firstScreen(url, where));
  for (const warning of warnings) log.warn(warning);
}

const PASSWORD_UNUSED =
  'MUSTER_ADMIN_PASSWORD changed nothing: the database has accounts already; `muster user set-password` changes a password';

const localArtifacts = (others: string[]) =>
  others.length
    ? [
        `servers on other machines (${others.join(', ')}) use this database, but artifacts are stored in a folder here: unless all have the same folder, set MUSTER_ARTIFACTS to s3://bucket/prefix`,
      ]
    : [];

/** @returns a warning @throws ConfigurationError if other machines could sign in with it */
function defaultPasswordIn({ HOST }: Config): string {
  const way = 'set another with `muster user set-password admin`';
  if (!isLoopback(HOST))
    throw new ConfigurationError(
      `HOST: must be a loopback address (it is ${HOST}) while the account admin has the password admin: ${way}`,
    );
  return `the account admin has the password admin: ${way}`;
}

async function serveAsWorker(config: Config, database: WorkerDatabase, log: ReturnType<typeof openLog>) {
  const listening = await listen(config, log);
  endings.push({ what: 'the port', end: async () => void listening.server.close() });
  const { serve } = await theServer();
  const server = await serve(config, listening, { database, log, shareMetrics });
  endings.push({ what: 'the server', end: server.stop });
  process.send?.({ serving: true });
}

const STARTED_BY_NPM = new Set(['start', 'npx']);
const LOOK_FOR_PARENT_EVERY_MS = 500;

/** npm and npx pass a signal to their shell, which ends without passing it on. */
function endWithParent(): void {
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    void end(0);
  }, LOOK_FOR_PARENT_EVERY_MS).unref();
}

/** Ends everything that was started, then the process; a second call only waits for the first. */
function end(code: number): Promise<void> {
  exitCode = Math.max(exitCode, code);
  ending ??= (async () => {
    let step = '';
    setTimeout(() => {
      complainOf(`Muster ends before all is finished: the end of ${step} takes too long`);
      process.exit(1);
    }, END_AT_MOST_MS).unref();
    for (const ending of endings.reverse()) {
      step = ending.what;
      const onStep = (what: string) => {
        step = `${ending.what} (${what})`;
      };
      await ending.end(onStep).catch((error) => complain(error));
    }
    sayEnd();
    process.exit(exitCode);
  })();
  return ending;
}

const FORESEEN = [ConfigurationError, UnfitDatabaseError, ListenError, WorkerError];

function complain(error: unknown): void {
  const lines = error instanceof ConfigurationError ? error.message.split('\n') : [sentenceOf(error)];
  for (const line of lines) console.error(`muster: ${line}`);
}

/** One line that an operator can act on. An unforeseen error is a bug and keeps its stack. */
function sentenceOf(thrown: unknown): string {
  const inner = innerError(thrown);
  const error = inner instanceof DatabaseUnavailableError ? (inner.cause ?? inner) : inner;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (FORESEEN.some((kind) => error instanceof kind)) return message;
  return process.env['DATABASE_URL'] && code
    ? `cannot use the database of DATABASE_URL: ${message || code}`
    : (stack ?? String(error));
}

main().catch(async (error) => {
  if (ending) return;
  complain(error);
  await end(1);
});

/** After any uncaught error the memory of this process can't be trusted: another process is started in its place. */
function endByError(thrown: unknown): void {
  complainOf(`an error that nobody caught ends the process: ${describeUncaughtError(thrown)}`);
  void end(1);
}
process.on('uncaughtException', endByError);
process.on('unhandledRejection', endByError);

if (cluster.isWorker) process.on('disconnect', () => void end(0));
