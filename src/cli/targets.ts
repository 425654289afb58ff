import { Command } from 'commander';
import { refused } from './failure.ts';
import { listOf, selectionOf, wholeNumber } from './lists.ts';
import { counted, print, table } from './print.ts';
import { ask, type ServerOptions, serverOf, withServer } from './server.ts';

interface Target {
  controllerId: string;
  name: string;
  updateStatus: string;
  lastControllerRequestAt: string | null;
  securityToken?: string;
}

const FIELDS = 'id controllerId name group updateStatus lastControllerRequestAt createdAt';

/** `muster targets …` */
export function targetsCommand(): Command {
  const targets = new Command('targets').description('targets: list, show, create, delete');
  withServer(targets.command('list').description('lists targets'))
    .option('--filter <filter>', 'only those that match, for example name==boiler*;tag==eu')
    .option('--limit <count>', 'at most so many', wholeNumber, 1_000)
    .action(list);
  withServer(targets.command('show <controllerId>').description('shows a target with its token')).action(
    show,
  );
  withServer(
    targets.command('create <controllerId...>').description('creates targets, and prints their tokens'),
  )
    .option('--name <name>', 'their name; default: the controllerId')
    .option('--group <group>', 'their group')
    .action(create);
  withServer(targets.command('delete [controllerId...]').description('deletes targets'))
    .option('--filter <filter>', 'those that match, instead of controllerIds')
    .option('--dry-run', 'only count them')
    .action(remove);
  return targets;
}

async function list(options: ServerOptions & { filter?: string; limit: number }): Promise<void> {
  const found = await listOf<Target>(serverOf(options), 'targets', FIELDS, options);
  const rows = found.map((one) => [
    one.controllerId,
    one.name,
    one.updateStatus,
    one.lastControllerRequestAt ?? 'never',
  ]);
  print(found, options, table(['controllerId', 'name', 'status', 'last request'], rows));
}

async function show(controllerId: string, options: ServerOptions): Promise<void> {
  const target = await ask<Target | null>(
    serverOf(options),
    `query ($controllerId: String!) { targetByControllerId(controllerId: $controllerId) {
      ${FIELDS} description address securityToken installedDistributionSet { name version } } }`,
    { controllerId },
  );
  if (!target) throw refused(`there is no target '${controllerId}'`);
  const lines = Object.entries(target).map(([name, value]) => [name, wordOf(value)]);
  print(target, options, table(['field', 'value'], lines));
}

const wordOf = (value: unknown) =>
  value === null ? '–' : typeof value === 'object' ? Object.values(value).join(':') : String(value);

async function create(
  controllerIds: string[],
  options: ServerOptions & { name?: string; group?: string },
): Promise<void> {
  const { name, group } = options;
  const { targets } = await ask<{ targets: Target[] }>(
    serverOf(options),
    `mutation ($input: CreateTargetsInput!) { createTargets(input: $input) {
      targets { controllerId securityToken } userErrors { message } } }`,
    { input: { targets: controllerIds.map((controllerId) => ({ controllerId, name, group })) } },
  );
  const rows = targets.map((one) => [one.controllerId, one.securityToken ?? '–']);
  print(targets, options, table(['controllerId', 'token'], rows));
}

async function remove(
  controllerIds: string[],
  options: ServerOptions & { filter?: string; dryRun?: boolean },
): Promise<void> {
  const server = serverOf(options);
  const targets = await selectionOf(server, controllerIds, options.filter);
  const deleted = await ask<{ deletedCount: number; job: { id: string } | null }>(
    server,
    `mutation ($input: DeleteTargetsInput!) { deleteTargets(input: $input) {
      deletedCount job { id } userErrors { message } } }`,
    { input: { targets, dryRun: options.dryRun ?? false } },
  );
  const would = options.dryRun ? 'would be ' : '';
  print(
    deleted,
    options,
    deleted.job
      ? `${deleted.job.id} deletes them`
      : `${counted(deleted.deletedCount, 'target')} ${would}deleted`,
  );
}
