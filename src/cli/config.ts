import { Command } from 'commander';
import { readConfig, unknownSettings } from '../config.ts';
import type { Setting } from '../setting.ts';
import { SETTINGS } from '../settings.ts';
import { print, table } from './print.ts';

/** `muster config` */
export const configCommand = (): Command =>
  new Command('config')
    .description('shows the settings that a server started here would have, and where each comes from')
    .option('--json', 'print JSON, for programs')
    .action((options) => {
      for (const line of unknownSettings(process.env)) process.stderr.write(`muster: ${line}\n`);
      const config = readConfig(process.env);
      const settings = Object.entries<Setting<unknown>>(SETTINGS).map(([name, { isSecret = false }]) => ({
        name,
        value: shown(config[name as keyof typeof config], isSecret),
        from: config.given.get(name) ?? 'default',
      }));
      const rows = settings.map(({ name, value, from }) => [name, String(value ?? '–'), from]);
      print(settings, options, table(['setting', 'value', 'from'], rows));
    });

const MASK = '***';

/** A secret is masked, and so is the password in a URL. */
function shown(value: unknown, isSecret: boolean): unknown {
  if (isSecret && value !== undefined) return MASK;
  return typeof value === 'string' ? value.replace(/^(\w+:\/\/[^:@/]*:)[^@]*(?=@)/, `$1${MASK}`) : value;
}
