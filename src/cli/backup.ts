import { Command } from 'commander';
import { BrokenBackupError } from '../backup/archive.ts';
import type { Sums } from '../backup/contents.ts';
import { isPlace, readFrom, writeTo } from '../backup/places.ts';
import { RestoreRefusedError, restore } from '../backup/restore.ts';
import { backup } from '../backup/save.ts';
import { type Config, readConfig } from '../config.ts';
import { openDatabase, openExistingDatabase } from '../database/open.ts';
import { SeveralNodesError, SnapshotTakenError } from '../database/snapshot.ts';
import { openStorage } from '../storage/open.ts';
import { ContentLostError } from '../storage/store.ts';
import { refused, wrongUsage } from './failure.ts';
import { counted, print } from './print.ts';

const PLACE = 'a file, s3://bucket/key, or - for standard input and output';

/** `muster backup FILE` */
export const backupCommand = (): Command =>
  new Command('backup')
    .description('writes database and artifacts to a file or a bucket, also while servers run')
    .argument('<place>', PLACE)
    .option('--no-artifacts', 'leave the files of artifacts out, if their store has a backup of its own')
    .option('--json', 'print JSON, for programs')
    .action(save);

/** `muster restore FILE` */
export const restoreCommand = (): Command =>
  new Command('restore')
    .description('puts a backup into an empty database (DATABASE_URL or MUSTER_DATA_DIR) and its store')
    .argument('<place>', PLACE)
    .option('--json', 'print JSON, for programs')
    .action(load);

async function save(place: string, options: { artifacts: boolean; json?: boolean }): Promise<void> {
  const config = configFor(place);
  const { store } = await openStorage(config, complain);
  const { direct, where, stop } = await openExistingDatabase(config, complain);
  const sums: Sums = { rows: {}, files: 0, bytes: 0 };
  const saving = { direct, store, files: options.artifacts, tell: complain };
  const bytes = await writeTo(place, backup(saving, sums), config.MUSTER_S3_ENDPOINT)
    .catch(explained)
    .finally(stop);
  const result = { backup: place, database: where, ...sumsOf(sums), bytes };
  // Standard output has the backup itself.
  const line = `${where} is backed up to ${place}: ${inWords(sums)}, ${counted(bytes, 'byte')}`;
  if (place === '-') complain(line);
  else print(result, options, line);
}

async function load(place: string, options: { json?: boolean }): Promise<void> {
  const config = configFor(place);
  const { store } = await openStorage(config, complain);
  const done = await readFrom(place, config.MUSTER_S3_ENDPOINT, async (pieces) => {
    const { direct, where, stop } = await openDatabase(config, complain);
    const { description, sums } = await restore(pieces, { direct, where, store }).finally(stop);
    return { where, description, sums };
  }).catch(explained);
  const { where, sums, description } = done;
  print(
    { backup: place, at: description.at, database: where, ...sumsOf(sums) },
    options,
    `${where} is restored from ${place} of ${description.at}: ${inWords(sums)}`,
  );
}

function configFor(place: string): Config {
  if (!isPlace(place)) throw wrongUsage(`${place} is no place for a backup: it must be ${PLACE}`);
  return readConfig(process.env);
}

const REFUSALS = [
  BrokenBackupError,
  RestoreRefusedError,
  SeveralNodesError,
  SnapshotTakenError,
  ContentLostError,
];

function explained(error: unknown): never {
  if (REFUSALS.some((kind) => error instanceof kind)) throw refused((error as Error).message);
  throw error;
}

const rowsIn = ({ rows }: Sums) => Object.values(rows).reduce((sum, count) => sum + count, 0);
const sumsOf = (sums: Sums) => ({ rows: rowsIn(sums), artifacts: sums.files, artifactBytes: sums.bytes });
const inWords = (sums: Sums) => `${counted(rowsIn(sums), 'row')}, ${counted(sums.files, 'artifact')}`;

const complain = (line: string) => void process.stderr.write(`${line}\n`);
