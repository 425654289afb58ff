import { Command, Option } from 'commander';
import { printText } from '../filters/print.ts';
import { refused } from './failure.ts';
import { distributionSetOf, listOf, wholeNumber } from './lists.ts';
import { print, table } from './print.ts';
import { ask, type Server, type ServerOptions, serverOf, withServer } from './server.ts';

interface Rollout {
  id: string;
  name: string;
  status: string;
  totalTargets: number;
  targetCounts: { finished: number; failed: number } | null;
}

interface CreateOptions extends ServerOptions {
  set: string;
  filter: string;
  groups?: number;
  success?: number;
  error?: number;
  type?: string;
  start?: boolean;
}

const FIELDS =
  'id name status totalTargets targetCounts { notStarted scheduled running finished failed canceled }';
const VERBS = {
  start: 'starts a rollout',
  pause: 'pauses it: no further group begins',
  resume: 'goes on with a paused one',
  stop: 'stops it for good',
  delete: 'deletes it',
} as const;

/** `muster rollouts …`: a rollout is named by its name or its id. */
export function rolloutsCommand(): Command {
  const rollouts = new Command('rollouts').description(
    'rollouts: list, show, create, start, pause, resume, stop',
  );
  withServer(rollouts.command('list').description('lists rollouts'))
    .option('--filter <filter>', 'only those that match, for example status==running')
    .action(list);
  withServer(rollouts.command('show <rollout>').description('shows how far a rollout is')).action(show);
  withServer(rollouts.command('create <name>').description('creates a rollout'))
    .requiredOption('--set <name:version>', 'the distribution set')
    .requiredOption('--filter <filter>', 'the targets')
    .option('--groups <count>', 'into how many groups of the same size', wholeNumber)
    .option('--success <percent>', 'so many must be done before the next group begins', wholeNumber)
    .option('--error <percent>', 'more failures than that pause it', wholeNumber)
    .addOption(new Option('--type <type>', 'of its actions').choices(['forced', 'soft', 'download_only']))
    .option('--start', 'start it at once; otherwise it waits for `rollouts start`')
    .action(create);
  for (const [verb, about] of Object.entries(VERBS))
    withServer(rollouts.command(`${verb} <rollout>`).description(about)).action(
      (named: string, options: ServerOptions) => steer(verb as keyof typeof VERBS, named, options),
    );
  return rollouts;
}

async function list(options: ServerOptions & { filter?: string }): Promise<void> {
  const found = await listOf<Rollout>(serverOf(options), 'rollouts', FIELDS, options);
  print(found, options, asTable(found));
}

async function show(named: string, options: ServerOptions): Promise<void> {
  const rollout = await rolloutOf(serverOf(options), named);
  print(rollout, options, asTable([rollout]));
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const server = serverOf(options);
  const { filter, groups, success, error, type } = options;
  const { rollout } = await ask<{ rollout: Rollout }>(
    server,
    `mutation ($input: CreateRolloutInput!) { createRollout(input: $input) { rollout { ${FIELDS} } userErrors { message } } }`,
    {
      input: {
        name,
        filter,
        distributionSetId: await distributionSetOf(server, options.set),
        groups: groups === undefined ? undefined : { count: groups },
        successThreshold: success,
        errorThreshold: error,
        forceType: type?.toUpperCase(),
        startAt: options.start ? new Date() : undefined,
      },
    },
  );
  print(rollout, options, asTable([rollout]));
}

async function steer(verb: keyof typeof VERBS, named: string, options: ServerOptions): Promise<void> {
  const server = serverOf(options);
  const { id, name } = await rolloutOf(server, named);
  const mutation = `${verb}Rollout`;
  const input = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
  const asked = verb === 'delete' ? 'deletedIds' : `rollout { ${FIELDS} }`;
  const done = await ask<{ rollout?: Rollout }>(
    server,
    `mutation ($input: ${input}) { ${mutation}(input: $input) { ${asked} userErrors { message } } }`,
    { input: { id } },
  );
  print(done.rollout ?? { id, name }, options, done.rollout ? asTable([done.rollout]) : `deleted ${name}`);
}

/** @throws Failure if there is none */
async function rolloutOf(server: Server, named: string): Promise<Rollout> {
  const byId = /^Rollout:(\d+)$/.exec(named);
  const filter = byId ? `id==${byId[1]}` : `name==${printText(named)}`;
  const found = (await listOf<Rollout>(server, 'rollouts', FIELDS, { filter })).find(
    ({ id, name }) => id === named || name === named,
  );
  if (!found) throw refused(`there is no rollout '${named}'`);
  return found;
}

const asTable = (rollouts: Rollout[]) =>
  table(
    ['id', 'rollout', 'status', 'targets', 'finished', 'failed'],
    rollouts.map(({ id, name, status, totalTargets, targetCounts }) => [
      id,
      name,
      status,
      String(totalTargets),
      String(targetCounts?.finished ?? '–'),
      String(targetCounts?.failed ?? '–'),
    ]),
  );
