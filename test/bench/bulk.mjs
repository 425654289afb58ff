/**
 * How long the answers about many targets take: dry runs of every kind of change by a filter that all match, the numbers
 * of the fleet, and a target's timeline after a job that was about all.
 */
import { createSet } from './deployments.mjs';
import { seedFilterFleet } from './filter-fleet.mjs';
import { askGraphql, makeDataFolder, openDatabase, startMuster } from './muster.mjs';
import { pause, processorSeconds, processorSecondsOfAll } from './processes.mjs';
import { printAim, printTitle } from './report.mjs';

const DRY_RUN_MS = 300;
const RUNS = 7;

export async function benchBulk({ targets }) {
  const folder = await makeDataFolder();
  const muster = await startMuster(folder.dataDir);
  const database = await openDatabase(folder.dataDir);
  printTitle(`Answers about all of ${targets} targets: the fastest of ${RUNS}, by GraphQL`);
  const [{ pid }] = await database.client`
    SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`;
  const spent = () => processorSecondsOfAll(pid) + processorSeconds(muster.pid);
  await seedFilterFleet(database.client, targets);
  const { setId } = await createSet(muster, 'set');
  await askGraphql(
    muster,
    'mutation { createEnrollmentGroup(input: { name: "bench" }) { userErrors { message } } }',
  );
  const ids = await seedBulk(database.client, targets, setId);

  for (const [label, mutation, input] of dryRunsOf(ids))
    await time(
      { muster, spent },
      `dry run: ${label}`,
      [
        `mutation { it: ${mutation}(input: { ${input}, dryRun: true }) { COUNT userErrors { message } } }`,
        mutation,
      ],
      DRY_RUN_MS,
    );
  for (const [label, query, most] of readsOf()) await time({ muster, spent }, label, [query], most);
  await runJob(muster, targets);
  await time({ muster, spent }, "a target's timeline after that", [TIMELINE], DRY_RUN_MS);

  await muster.stop();
  await database.stop();
  await folder.stop();
}

const COUNTS = { deleteTargets: 'deletedCount', deleteActions: 'deletedCount' };

/** Also says the processor time of the server and its database, which others on the machine hardly change. */
async function time({ muster, spent }, label, [query, mutation], most) {
  const text = query.replace('COUNT', COUNTS[mutation] ?? 'affectedCount');
  let [fastest, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 0; run < RUNS; run++) {
    const [before, began] = [spent(), performance.now()];
    const answer = await askGraphql(muster, text);
    fastest = Math.min(fastest, performance.now() - began);
    least = Math.min(least, (spent() - before) * 1000);
    const [first] = answer.it?.userErrors ?? [];
    if (first) throw new Error(`${label}: ${first.message}`);
  }
  printAim(
    `  ${label} (${least.toFixed(0)} ms of processor time)`,
    fastest,
    'ms',
    most && `≤ ${most} ms`,
    fastest <= most,
  );
}

/** All by the same filter, which matches every target, pending target or action. */
function dryRunsOf({ type, set, tag }) {
  const all = 'targets: { filter: "id==device-*" }';
  const pending = 'pendingTargets: { filter: "id==waiting-*" }';
  const actions = 'actions: { filter: "target.id==device-*" }';
  return [
    ['delete', 'deleteTargets', all],
    ['tag', 'assignTargetTags', `${all}, tags: { ids: ["TargetTag:${tag}"] }`],
    ['take a tag away', 'unassignTargetTags', `${all}, tags: { ids: ["TargetTag:${tag}"] }`],
    ['type', 'assignTargetType', `${all}, targetTypeId: "TargetType:${type}"`],
    ['group', 'assignTargetGroup', `${all}, group: "plant/1"`],
    ['rotate', 'rotateTargetTokens', all],
    ['attributes: merge', 'setTargetAttributes', `${all}, attributes: { key: "region", value: "eu-1" }`],
    [
      'attributes: replace',
      'setTargetAttributes',
      `${all}, mode: REPLACE, attributes: { key: "region", value: "eu-1" }`,
    ],
    ['attributes: remove', 'setTargetAttributes', `${all}, mode: REMOVE, attributes: { key: "region" }`],
    ['metadata', 'setTargetMetadata', `${all}, entries: { key: "place", value: "roof" }`],
    ['take metadata away', 'deleteTargetMetadata', `${all}, keys: ["place"]`],
    ['auto-confirm', 'setAutoConfirm', `${all}, active: true`],
    ['assign', 'assignDistributionSet', `${all}, distributionSetId: "DistributionSet:${set}"`],
    ['approve', 'approveTargets', pending],
    ['reject', 'rejectTargets', pending],
    ['cancel actions', 'cancelActions', actions],
    ['force actions', 'forceActions', actions],
    ['confirm actions', 'confirmActions', actions],
    ['delete actions', 'deleteActions', actions],
  ];
}

function readsOf() {
  const facet = (by) => `{ targetFacets(by: { ${by} }) { facets { count } } }`;
  const day = 86_400_000;
  const from = new Date(Date.now() - 30 * day).toISOString();
  return [
    ['fleetSummary', '{ fleetSummary { total } }', DRY_RUN_MS],
    ['fleetSummary(filter)', '{ fleetSummary(filter: "attribute.region==eu-1") { total } }', DRY_RUN_MS],
    ...['UPDATE_STATUS', 'GROUP', 'TYPE', 'TAG', 'DISTRIBUTION_SET']
      .map((kind) => `kind: ${kind}`)
      .concat('attribute: "region"')
      .map((by) => [`targetFacets by ${by}`, facet(by)]),
    [
      'targetFacets(filter) by GROUP',
      '{ targetFacets(by: { kind: GROUP }, filter: "tag==north") { facets { count } } }',
    ],
    [
      'fleetHistory of 30 days, by hour',
      `{ fleetHistory(from: "${from}", interval: HOUR) { registered polls } }`,
      DRY_RUN_MS,
    ],
  ];
}

const TIMELINE =
  '{ targetByControllerId(controllerId: "device-0000007") { timeline(first: 50) { totalCount nodes { type } } } }';

/** A job about all, from the answer to its end. */
async function runJob(muster, targets) {
  const began = performance.now();
  const { it } = await askGraphql(
    muster,
    'mutation { it: assignTargetGroup(input: { targets: { filter: "id==device-*" }, group: "all" }) { job { id } } }',
  );
  printAim('  a job: from the mutation to its answer', performance.now() - began, 'ms');
  const stateOf = () => askGraphql(muster, `{ job(id: "${it.job.id}") { state changed } }`);
  while ((await stateOf()).job.state !== 'FINISHED') await pause(200);
  printAim('  the job: targets a second', targets / ((performance.now() - began) / 1000), '');
}

/** What the fleet lacks beside: a set that half of it is to have, actions, metadata, devices that wait, and a month of history. */
async function seedBulk(client, count, set) {
  const [type] = await client`SELECT id FROM target_types WHERE key = 'type-1'`;
  const [tag] = await client`SELECT id FROM target_tags WHERE name = 'north'`;
  await client`
    INSERT INTO target_metadata (tenant_id, target_id, key, value)
    SELECT 1, id, 'place', CASE WHEN id % 2 = 0 THEN 'roof' ELSE 'hall' END FROM targets WHERE tenant_id = 1`;
  await client`
    INSERT INTO target_deployments (tenant_id, target_id, assigned_set_id, installed_set_id)
    SELECT 1, id, ${set}, CASE WHEN id % 3 > 0 THEN ${set}::bigint END FROM targets WHERE tenant_id = 1 AND id % 2 = 0`;
  await client`
    INSERT INTO actions (tenant_id, target_id, set_id, status, active, force_type, weight, initiated_by,
      created_at, created_by, last_modified_at, last_modified_by)
    SELECT 1, id, ${set}, CASE WHEN id % 2 = 0 THEN 'running' ELSE 'finished' END, id % 2 = 0, 'soft', 1000, 'bench',
      now(), 'bench', now(), 'bench'
    FROM targets WHERE tenant_id = 1`;
  await client`
    INSERT INTO pending_targets (tenant_id, controller_id, group_id, state, first_request_at, last_request_at)
    SELECT 1, 'waiting-' || n, (SELECT id FROM enrollment_groups WHERE name = 'bench'), 'pending', now(), now()
    FROM generate_series(1, ${count}::bigint) AS n`;
  await client`
    INSERT INTO fleet_history (tenant_id, at, registered, polls, total)
    SELECT 1, to_timestamp(floor(extract(epoch FROM now()) / 300) * 300) - n * interval '5 minutes', 10, 100000, ${count}
    FROM generate_series(1, 12 * 24 * 30) AS n ON CONFLICT DO NOTHING`;
  await client`VACUUM (ANALYZE) target_metadata, target_deployments, actions, pending_targets, fleet_history`;
  return { type: type.id, tag: tag.id, set };
}
