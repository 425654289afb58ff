import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { isLoopback } from '../config.ts';
import { unreachable, wrongUsage } from './failure.ts';
import { print } from './print.ts';
import { openLine } from './progress.ts';
import { ask, baseOf, type ServerOptions, serverOf, withServer } from './server.ts';
import { enroll } from './simulate/enroll.ts';
import { type Fleet, openFleet } from './simulate/fleet.ts';
import { statusOf, summaryOf } from './simulate/tally.ts';
import { DeviceError } from './simulate/wire.ts';

interface SimulateOptions extends ServerOptions {
  devices: number;
  tenant?: string;
  gatewayToken?: string;
  prefix: string;
  fail: number;
  slow: number;
  interval: number;
  duration?: number;
  download?: boolean;
  seed?: string;
  connections: number;
}

const SHOW_EVERY_MS = 500;
const MOST_DEVICES = 100_000;
const DAY_S = 86_400;
/** The token lasts longer than the devices play. */
const SPARE_S = 600;

/** `muster simulate` */
export function simulateCommand(): Command {
  const command = new Command('simulate')
    .description('plays devices: they register, poll, send attributes, and install updates')
    .option('--devices <count>', 'how many', wholeUpTo(MOST_DEVICES), 100)
    .option('--fail <share>', 'how many updates fail, for example 5%', share, 0)
    .option('--slow <share>', 'how many updates take their time', share, 0)
    .option('--interval <time>', 'between the polls of a device: 10, 30s, 5m', seconds, 10)
    .option('--duration <time>', 'how long to play; default: until Ctrl-C, at most a day', seconds)
    .option('--download', 'download the files of an update, and check them')
    .option('--prefix <text>', 'what the names of the devices begin with', prefix, 'sim-')
    .option('--seed <text>', 'the same seed lets the same devices fail; default: a random one')
    .option('--connections <count>', 'to the server at the same time', wholeUpTo(1_000), 50)
    .option('--tenant <name>', 'of the devices; default: that of whoever signs in')
    .addOption(
      new Option('--gateway-token <token>', 'lets the devices register, instead of signing in').env(
        'MUSTER_GATEWAY_TOKEN',
      ),
    );
  return withServer(command).action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const duration = options.duration ?? DAY_S;
  const { url, tenant, gatewayToken } = await entryOf(options, duration);
  const seed = options.seed ?? randomUUID();
  const fleet = openFleet({
    ...options,
    url,
    tenant,
    gatewayToken,
    seed,
    download: options.download ?? false,
    intervalMs: options.interval * 1000,
  });
  await prove(fleet);

  const stop = new AbortController();
  const end = () => stop.abort();
  const timer = setTimeout(end, duration * 1000);
  // A second Ctrl-C ends the process at once.
  process.once('SIGINT', end).once('SIGTERM', end);
  const begunAt = performance.now();
  const elapsed = () => (performance.now() - begunAt) / 1000;
  const line = openLine(process.stderr);
  const showing = setInterval(() => line.show(statusOf(fleet.tally, elapsed())), SHOW_EVERY_MS);
  try {
    await fleet.play(stop.signal);
  } finally {
    clearTimeout(timer);
    clearInterval(showing);
    process.off('SIGINT', end).off('SIGTERM', end);
    line.end();
  }
  const lasted = elapsed();
  print(
    { tenant, seed, seconds: Math.round(lasted), ...fleet.tally },
    options,
    summaryOf(fleet.tally, tenant, lasted),
  );
}

/** Which tenant the devices are of, and what lets them in. @throws Failure */
async function entryOf(options: SimulateOptions, duration: number) {
  const { gatewayToken, tenant } = options;
  if (gatewayToken) return { url: baseOf(options.url), tenant: tenant ?? 'DEFAULT', gatewayToken };
  const server = serverOf(withLocalAdministrator(options));
  const viewer = await ask<{ tenant: string }>(server, '{ viewer { tenant } }');
  if (tenant && tenant.toLowerCase() !== viewer.tenant.toLowerCase())
    throw wrongUsage(`--tenant: whoever signs in is of tenant ${viewer.tenant}`);
  const expiresAt = new Date(Date.now() + (duration + SPARE_S) * 1000);
  const token = await enroll(server, options.prefix, expiresAt);
  return { url: server.url, tenant: viewer.tenant, gatewayToken: token };
}

/** A new server on this machine has the administrator admin. */
function withLocalAdministrator(options: SimulateOptions): SimulateOptions {
  const { url, user, password, bearerToken } = options;
  if (user || password !== undefined || bearerToken) return options;
  if (!isLoopback(baseOf(url).hostname)) return options;
  return { ...options, user: 'admin', password: process.env['MUSTER_ADMIN_PASSWORD'] || 'admin' };
}

/** @throws Failure */
async function prove(fleet: Fleet): Promise<void> {
  await fleet.prove().catch((error) => {
    if (!(error instanceof DeviceError)) throw error;
    throw unreachable(
      error.status === 401
        ? 'the server does not let the first device in: is the token right, and is it switched on for the tenant?'
        : `the first device cannot poll: ${error.message}`,
    );
  });
}

const wholeUpTo = (most: number) => (text: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most)
    throw new InvalidArgumentError(`it must be a whole number from 1 to ${most}.`);
  return value;
};

function share(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = Number(digits) / (percent ? 100 : 1);
  if (!(value <= 1)) throw new InvalidArgumentError('it must be a share like 5% or 0.05.');
  return value;
}

const UNITS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3_600 };

function seconds(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text) ?? [];
  const value = Number(digits) * UNITS[unit]!;
  if (!(value >= 0.1 && value <= DAY_S))
    throw new InvalidArgumentError('it must be a time like 10, 30s, 5m or 1h, at most a day.');
  return value;
}

function prefix(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text))
    throw new InvalidArgumentError('it must be 1 to 64 letters, digits, dots, dashes and underscores.');
  return text;
}
