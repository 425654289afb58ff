import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { editDistance, nearestOf } from './filters/nearest.ts';
import type { SystemDefaults } from './services/platform/tenants/system-defaults.ts';
import { openSecrets, type Secrets } from './services/shared/secrets.ts';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings.ts';

/** Settings that can't be used: a line for each. `main` prints them and ends with exit code 1. */
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

/** What encrypts the secrets in the database. */
export const secretsOf = (config: Config): Secrets =>
  openSecrets(config.MUSTER_SECRET_KEY, config.MUSTER_SECRET_KEY_PREVIOUS);

type Settings = { [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['fallback'] };
type Widen<T> = T extends boolean ? boolean : T extends number ? number : T;
export type Config = { readonly [K in keyof Settings]: Widen<Settings[K]> } & {
  readonly MUSTER_ADMIN_PASSWORD: string;
  /** The settings that were given, each with where: the environment, or the path of the properties file. */
  readonly given: ReadonlyMap<string, string>;
};

/** Whether only the machine itself can connect. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

export const ENVIRONMENT = 'environment';

/**
 * Reads every setting from the environment, then from the properties file, then its default. An empty
 * variable counts as absent.
 * @throws ConfigurationError naming each bad setting and its rule.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const file = environment['MUSTER_CONFIG_FILE'] || SETTINGS.MUSTER_CONFIG_FILE.fallback;
  const faults: string[] = [];
  const properties = readProperties(file, Boolean(environment['MUSTER_CONFIG_FILE']), faults);
  const given = new Map<string, string>();
  const config: Record<string, unknown> = { given };
  for (const [name, { read, property, fallback }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    config[name] = fallback;
    const found = textOf(name, property, environment, properties);
    if (!found) continue;
    given.set(name, found.isProperty ? resolve(file) : ENVIRONMENT);
    const result = read.safeParse(found.text);
    if (result.success) config[name] = result.data;
    else faults.push(`${found.isProperty ? property : name}: ${result.error.issues[0]?.message}`);
  }
  faults.push(...missingIn(config, given));
  if (faults.length) throw new ConfigurationError(faults.join('\n'));
  config['MUSTER_ADMIN_PASSWORD'] ??= 'admin';
  return config as Config;
}

/** What was given for a setting; undefined if nothing was. */
function textOf(
  name: string,
  property: string | undefined,
  environment: NodeJS.ProcessEnv,
  properties: Map<string, string>,
): { text: string; isProperty: boolean } | undefined {
  const own = environment[name];
  if (own) return { text: own, isProperty: false };
  const text = property && properties.get(property);
  return text ? { text, isProperty: true } : undefined;
}

/** Settings that others make necessary. */
const NEEDED: readonly [given: string, needed: string][] = [
  ['DATABASE_READ_URL', 'DATABASE_URL'],
  ['MUSTER_TLS_CERT', 'MUSTER_TLS_KEY'],
  ['MUSTER_TLS_KEY', 'MUSTER_TLS_CERT'],
  ['MUSTER_OIDC_ISSUER', 'MUSTER_OIDC_AUDIENCE'],
  ['MUSTER_OIDC_AUDIENCE', 'MUSTER_OIDC_ISSUER'],
  ['MUSTER_OIDC_CLIENT_ID', 'MUSTER_OIDC_ISSUER'],
  ['MUSTER_OIDC_CLIENT_SECRET', 'MUSTER_OIDC_CLIENT_ID'],
];

function missingIn(config: Record<string, unknown>, given: ReadonlyMap<string, string>): string[] {
  const missing = NEEDED.filter(([one, needed]) => given.has(one) && !given.has(needed)).map(
    ([one, needed]) => `${needed}: must be set where ${one} is`,
  );
  const host = String(config['HOST']);
  if (config['MUSTER_ADMIN_PASSWORD'] === undefined && !isLoopback(host))
    missing.push(`MUSTER_ADMIN_PASSWORD: must be set when HOST is not a loopback address (it is ${host})`);
  return missing;
}

/** Variables that begin like settings: those of commands, and those that Muster gives to its own processes. */
const OTHER_VARIABLES = /^MUSTER_(URL|USER|PASSWORD|TOKEN|GATEWAY_TOKEN|WORKER_DATABASE|TEST_\w+|BENCH_\w+)$/;

/** A line for each variable that looks like a setting and is none, with the setting that may be meant. */
export function unknownSettings(environment: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(SETTINGS);
  return Object.keys(environment)
    .filter((name) => /^MUSTER_/i.test(name) && !names.includes(name) && !OTHER_VARIABLES.test(name))
    .map((name) => {
      const nearest = nearestOf(names, name.toUpperCase())!;
      const isNear = editDistance(nearest, name.toUpperCase()) <= nearest.length / 3;
      return `${name} is no setting and changes nothing${isNear ? `; is ${nearest} meant?` : ''}`;
    });
}

/** Reads `key=value` or `key: value` lines; `#` and `!` start a comment. */
function readProperties(file: string, required: boolean, faults: string[]): Map<string, string> {
  const path = resolve(file);
  if (!existsSync(path)) {
    if (required) faults.push(`MUSTER_CONFIG_FILE: there is no file ${path}`);
    return new Map();
  }
  return new Map(
    readText(path, faults)
      .split(/\r?\n/)
      .map((line) => /^\s*([^#!\s=:][^\s=:]*)\s*[=:\s]\s*(.*?)\s*$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1]!, match[2]!]),
  );
}

function readText(path: string, faults: string[]): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    faults.push(`MUSTER_CONFIG_FILE: ${path} can't be read: ${(error as Error).message}`);
    return '';
  }
}
