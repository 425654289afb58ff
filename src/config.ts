import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SystemDefaults } from './services/platform/tenants/system-defaults.ts';
import { SETTINGS, type Setting } from './settings.ts';

/** A setting that can't be used; `main` prints the message as one line and ends with exit code 1. */
export class ConfigurationError extends Error {}

/** The settings that hold for every tenant. */
export const systemDefaultsOf = (config: Config): SystemDefaults => ({
  targetTokenEnabled: config.MUSTER_DDI_TARGET_TOKEN_ENABLED,
  gatewayTokenEnabled: config.MUSTER_DDI_GATEWAY_TOKEN_ENABLED,
  given: {
    targetTokenEnabled: config.given.has('MUSTER_DDI_TARGET_TOKEN_ENABLED'),
    gatewayTokenEnabled: config.given.has('MUSTER_DDI_GATEWAY_TOKEN_ENABLED'),
  },
  privateWebhooks: config.MUSTER_WEBHOOKS_PRIVATE,
  mostTargets: config.MUSTER_TARGETS,
  deviceWrites: { atOnce: config.MUSTER_DDI_WRITES, perMinute: config.MUSTER_DDI_WRITES_A_MINUTE },
});

type Settings = { [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['fallback'] };
type Widen<T> = T extends boolean ? boolean : T extends number ? number : T;
export type Config = { readonly [K in keyof Settings]: Widen<Settings[K]> } & {
  readonly MUSTER_ADMIN_PASSWORD: string;
  /** The settings that the environment or the properties file has. */
  readonly given: ReadonlySet<string>;
};

/** Whether only the machine itself can connect. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/**
 * Reads every setting from the environment, then from the properties file, then its default. An empty
 * variable counts as absent.
 * @throws ConfigurationError naming the setting and its rule.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const file = environment['MUSTER_CONFIG_FILE'] || SETTINGS.MUSTER_CONFIG_FILE.fallback;
  const properties = readProperties(file, Boolean(environment['MUSTER_CONFIG_FILE']));
  const given = new Set<string>();
  const config: Record<string, unknown> = { given };
  for (const [name, one] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const read = readSetting(name, one, environment, properties);
    if (read !== undefined) given.add(name);
    config[name] = read ?? one.fallback;
  }

  requireBoth(config, 'MUSTER_TLS_CERT', 'MUSTER_TLS_KEY');
  requireBoth(config, 'MUSTER_OIDC_ISSUER', 'MUSTER_OIDC_AUDIENCE');
  requireWith(config, 'MUSTER_OIDC_CLIENT_ID', 'MUSTER_OIDC_ISSUER');
  requireWith(config, 'MUSTER_OIDC_CLIENT_SECRET', 'MUSTER_OIDC_CLIENT_ID');
  config['MUSTER_ADMIN_PASSWORD'] ??= defaultPassword(String(config['HOST']));
  return config as Config;
}

/** What was given for it; undefined if nothing was. */
function readSetting(
  name: string,
  { read, property }: Setting<unknown>,
  environment: NodeJS.ProcessEnv,
  properties: Map<string, string>,
): unknown {
  const [source, given] = environment[name]
    ? [name, environment[name]]
    : [property ?? name, property && properties.get(property)];
  if (!given) return undefined;
  const result = read.safeParse(given);
  if (!result.success) throw new ConfigurationError(`${source}: ${result.error.issues[0]?.message}`);
  return result.data;
}

function requireBoth(config: Record<string, unknown>, one: string, other: string): void {
  requireWith(config, one, other);
  requireWith(config, other, one);
}

function requireWith(config: Record<string, unknown>, given: string, needed: string): void {
  if (config[given] !== undefined && config[needed] === undefined)
    throw new ConfigurationError(`${needed}: must be set where ${given} is`);
}

function defaultPassword(host: string): string {
  if (isLoopback(host)) return 'admin';
  throw new ConfigurationError(
    `MUSTER_ADMIN_PASSWORD: must be set when HOST is not a loopback address (it is ${host})`,
  );
}

/** Reads `key=value` or `key: value` lines; `#` and `!` start a comment. */
function readProperties(file: string, required: boolean): Map<string, string> {
  const path = resolve(file);
  if (!existsSync(path)) {
    if (required) throw new ConfigurationError(`MUSTER_CONFIG_FILE: there is no file ${path}`);
    return new Map();
  }
  return new Map(
    readText(path)
      .split(/\r?\n/)
      .map((line) => /^\s*([^#!\s=:][^\s=:]*)\s*[=:\s]\s*(.*?)\s*$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1]!, match[2]!]),
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`MUSTER_CONFIG_FILE: ${path} can't be read: ${(error as Error).message}`);
  }
}
