import { Command } from 'commander';
import { type Config, readConfig, secretsOf, systemDefaultsOf } from '../config.ts';
import { openPool } from '../database/connect.ts';
import { migrate } from '../database/migrate.ts';
import { type OpenDatabase, openDatabase, openExistingDatabase } from '../database/open.ts';
import { openPlatform } from '../services/platform/platform.ts';
import { requireSecretKeys } from '../services/platform/secrets/keys.ts';
import {
  ensureFirstAdministrator,
  firstAdministratorOf,
} from '../services/platform/tenants/first-administrator.ts';
import type { Platform } from '../services/shared/context.ts';
import { openStorage } from '../storage/open.ts';
import { print } from './print.ts';

/** Brings the database up to date, as every start of the server does. */
const upToDate = (config: Config, { direct }: OpenDatabase) =>
  migrate(direct, async ({ database }) => {
    await requireSecretKeys(database, secretsOf(config), new Date());
    await ensureFirstAdministrator(database, firstAdministratorOf(config), new Date());
  });

const complain = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Does work on the database of the settings, which must be there; a server may run on it at the same time. `where` is
 * the database's place, for people.
 */
export async function withDatabase<T>(work: (platform: Platform, where: string) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const opened = await openExistingDatabase(config, complain);
  try {
    const pool = openPool(opened.connection, { connections: 2, prepare: false, name: 'muster command' });
    const systemDefaults = systemDefaultsOf(config);
    const storage = await openStorage(config, (line) => process.stderr.write(`${line}\n`));
    const { platform, close } = await openPlatform(
      pool,
      opened.direct,
      { systemDefaults, storage, secrets: secretsOf(config) },
      (error) => complain(String(error)),
    );
    try {
      return await work(platform, opened.where);
    } finally {
      await close();
      await pool.close();
    }
  } finally {
    await opened.stop();
  }
}

/** `muster migrate` */
export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('brings the database of DATABASE_URL or MUSTER_DATA_DIR up to date, as every start does')
    .option('--json', 'print JSON, for programs')
    .action(async (options) => {
      const config = readConfig(process.env);
      const opened = await openDatabase(config, complain);
      try {
        await upToDate(config, opened);
      } finally {
        await opened.stop();
      }
      print({ database: opened.where, upToDate: true }, options, `${opened.where} is up to date`);
    });
