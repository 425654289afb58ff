import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { refused, wrongUsage } from './failure.ts';
import { distributionSetOf, findVersion, selectionOf, versioned } from './lists.ts';
import { counted, print } from './print.ts';
import { ask, type Server, type ServerOptions, serverOf, withServer } from './server.ts';

interface UploadOptions extends ServerOptions {
  module: string;
  type: string;
  set?: string;
}

interface AssignOptions extends ServerOptions {
  filter?: string;
  type?: string;
  dryRun?: boolean;
}

/** `muster software upload` */
export function softwareCommand(): Command {
  const software = new Command('software').description('software modules and distribution sets: upload');
  withServer(software.command('upload <file>').description('puts a file into a software module'))
    .requiredOption('--module <name:version>', 'the software module; it is made if it is not there')
    .option('--type <key>', 'its type if it is made', 'os')
    .option('--set <name:version>', 'also makes this distribution set of it')
    .action(upload);
  return software;
}

/** `muster assign` */
export const assignCommand = (): Command =>
  withServer(
    new Command('assign')
      .description('assigns a distribution set to targets')
      .argument('<name:version>', 'the distribution set')
      .argument('[controllerId...]', 'the targets'),
  )
    .option('--filter <filter>', 'the targets that match, instead of controllerIds')
    .addOption(
      new Option('--type <type>', 'of the actions')
        .choices(['forced', 'soft', 'download_only'])
        .default('forced'),
    )
    .option('--dry-run', 'only count them')
    .action(assign);

async function upload(file: string, options: UploadOptions): Promise<void> {
  const server = serverOf(options);
  const content = await openAsBlob(file).catch((error) => {
    throw wrongUsage(`${file} cannot be read: ${error.code}`);
  });
  const wanted = options.set && versioned(options.set);
  if (wanted && (await findVersion(server, 'distributionSets', wanted)))
    throw refused(`there is a distribution set '${options.set}' already`);
  const moduleId = await moduleOf(server, options);
  const { upload: place } = await ask<{ upload: { url: string } }>(
    server,
    `mutation ($input: CreateArtifactUploadInput!) {
      createArtifactUpload(input: $input) { upload { url } userErrors { message } } }`,
    { input: { moduleId, filename: basename(file) } },
  );
  // Behind the address that this command uses: the server may know another of itself.
  const path = place.url.slice(place.url.lastIndexOf('/uploads/'));
  const artifact = await (await server.fetch(path, { method: 'PUT', body: content })).json();
  const set = wanted ? await setOf(server, { ...wanted, moduleIds: [moduleId] }) : undefined;
  print({ moduleId, artifact, distributionSetId: set }, options, [
    `${file} is in ${options.module}: ${counted(content.size, 'byte')}`,
    ...(set ? [`distribution set ${options.set}`] : []),
  ]);
}

async function moduleOf(server: Server, options: UploadOptions): Promise<string> {
  const wanted = versioned(options.module);
  const there = await findVersion(server, 'softwareModules', wanted);
  if (there) return there.id;
  const { softwareModules } = await ask<{ softwareModules: { id: string }[] }>(
    server,
    `mutation ($input: CreateSoftwareModulesInput!) {
      createSoftwareModules(input: $input) { softwareModules { id } userErrors { message } } }`,
    { input: { softwareModules: [{ ...wanted, type: { key: options.type } }] } },
  );
  return softwareModules[0]!.id;
}

async function setOf(server: Server, set: object): Promise<string> {
  const { distributionSets } = await ask<{ distributionSets: { id: string }[] }>(
    server,
    `mutation ($input: CreateDistributionSetsInput!) {
      createDistributionSets(input: $input) { distributionSets { id } userErrors { message } } }`,
    { input: { distributionSets: [set] } },
  );
  return distributionSets[0]!.id;
}

async function assign(named: string, controllerIds: string[], options: AssignOptions): Promise<void> {
  const server = serverOf(options);
  const done = await ask<{ affectedCount: number; alreadyAssignedCount: number; job: { id: string } | null }>(
    server,
    `mutation ($input: AssignDistributionSetInput!) { assignDistributionSet(input: $input) {
      affectedCount alreadyAssignedCount job { id } userErrors { message } } }`,
    {
      input: {
        distributionSetId: await distributionSetOf(server, named),
        targets: await selectionOf(server, controllerIds, options.filter),
        forceType: options.type?.toUpperCase(),
        dryRun: options.dryRun ?? false,
      },
    },
  );
  const would = options.dryRun ? 'would be ' : '';
  print(
    done,
    options,
    done.job
      ? `${done.job.id} assigns ${named}`
      : `${named} ${would}assigned to ${counted(done.affectedCount, 'target')}; ${done.alreadyAssignedCount} had it already`,
  );
}
