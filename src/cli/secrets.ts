import { Command } from 'commander';
import { requireSecretKeys } from '../services/platform/secrets/keys.ts';
import { countOutdated, rewriteSecrets } from '../services/platform/secrets/rewrite.ts';
import type { Platform } from '../services/shared/context.ts';
import { withDatabase } from './database.ts';
import { refused } from './failure.ts';
import { print, table } from './print.ts';

interface Options {
  json?: boolean;
}

/** `muster secrets …`: how the secrets in the database are encrypted. */
export function secretsCommand(): Command {
  const secrets = new Command('secrets').description(
    'secrets in the database of DATABASE_URL or MUSTER_DATA_DIR, and the keys MUSTER_SECRET_KEY and MUSTER_SECRET_KEY_PREVIOUS',
  );
  secrets
    .command('status')
    .description('says how many are not yet encrypted with MUSTER_SECRET_KEY')
    .option('--json', 'print JSON, for programs')
    .action(status);
  secrets
    .command('rotate')
    .description(
      'encrypts all with MUSTER_SECRET_KEY, or with none where it is not set; may be ended and started again, also beside a server',
    )
    .option('--json', 'print JSON, for programs')
    .action(rotate);
  return secrets;
}

async function status(options: Options): Promise<void> {
  const { keyId, done, where } = await withSecrets(countOutdated);
  const rows = done.map(({ what, total, outdated }) => [what, String(total), String(outdated)]);
  print({ database: where, keyId, secrets: done }, options, [
    `key       ${keyId ?? 'none: secrets are stored as they are'}`,
    `database  ${where}`,
    ...table(['secrets', 'all', 'to be rewritten'], rows),
  ]);
}

async function rotate(options: Options): Promise<void> {
  const { keyId, done, where } = await withSecrets((platform) => rewriteSecrets(platform));
  const rows = done.map(({ what, rewritten, unreadable }) => [what, String(rewritten), String(unreadable)]);
  print({ database: where, keyId, secrets: done }, options, [
    `database  ${where}`,
    ...table(['secrets', 'rewritten', 'not readable'], rows),
  ]);
  if (done.some(({ unreadable }) => unreadable > 0))
    throw refused('some secrets could not be read: their key is not given');
}

/** Does work on the database once all keys are known that its secrets have. */
const withSecrets = <T>(work: (platform: Platform) => Promise<T>) =>
  withDatabase(async (platform, where) => {
    await requireSecretKeys(platform.database, platform.secrets, platform.clock());
    return { where, keyId: platform.secrets.keyId ?? null, done: await work(platform) };
  });
