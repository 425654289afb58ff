import type { Request, Router } from 'express';
import { readableAmong } from '../../services/access/readable-fields.ts';
import { countTargetsOfRollouts, type TargetCounts } from '../../services/deployments/rollouts/counts.ts';
import { createRollout } from '../../services/deployments/rollouts/create.ts';
import { decideRollout } from '../../services/deployments/rollouts/decide.ts';
import { deleteRollout } from '../../services/deployments/rollouts/delete.ts';
import { ROLLOUT_SORT_NAMES } from '../../services/deployments/rollouts/fields.ts';
import { findRollout } from '../../services/deployments/rollouts/find.ts';
import { listRollouts } from '../../services/deployments/rollouts/list.ts';
import { pauseRollout } from '../../services/deployments/rollouts/pause.ts';
import { resumeRollout } from '../../services/deployments/rollouts/resume.ts';
import { retryRollout } from '../../services/deployments/rollouts/retry.ts';
import type { Rollout } from '../../services/deployments/rollouts/rollout.ts';
import { startRollout } from '../../services/deployments/rollouts/start.ts';
import { stopRollout } from '../../services/deployments/rollouts/stop.ts';
import { triggerNextRolloutGroup } from '../../services/deployments/rollouts/trigger-next-group.ts';
import { updateRollout } from '../../services/deployments/rollouts/update.ts';
import type { Context } from '../../services/shared/context.ts';
import { asObject, textOf } from '../json.ts';
import { jsonOf, sendHal } from '../media.ts';
import { stepOf } from './described/deployments.ts';
import { RETRY, ROLLOUT_ITEM, ROLLOUTS } from './described/rollouts.ts';
import { pagedListBy, pageRequest, parameterValues } from './paging.ts';
import { deletedModeOf, isFullWanted, pathIdOf } from './parameters.ts';
import { type Links, link, linkToSet, renderAuthorship, withoutNulls } from './render.ts';
import { type Handler, type ResourceOptions, resource, takes } from './resource.ts';
import { ROLLOUT_NAMES, readRollout } from './rollout-input.ts';

type LinksOf = (request: Request) => Links;

/** `/rollouts`; `linksOf` gives the links' base for a request. */
export function rolloutRoutes(router: Router, options: ResourceOptions, linksOf: LinksOf): void {
  const get: Handler = async (context, request, response) => {
    const page = pageRequest(request, ROLLOUT_SORT_NAMES);
    const listing = await listRollouts(context, page, deletedModeOf(request));
    const renderAll = async (items: readonly Rollout[]) => {
      const counts = isFullWanted(request) ? await countsOf(context, items) : undefined;
      const render = await rendererOf(context, linksOf(request), items);
      return (rollout: Rollout) => render(rollout, counts?.get(rollout.id));
    };
    sendHal(response, await pagedListBy(listing, renderAll));
  };
  const send = async (...[context, request, response, rollout]: [...Parameters<Handler>, Rollout]) => {
    const [counts] = await countTargetsOfRollouts(context, [rollout]);
    const render = await rendererOf(context, linksOf(request), [rollout]);
    sendHal(response, render(rollout, counts));
  };
  const post: Handler = async (context, request, response) => {
    const rollout = await createRollout(context, readRollout(asObject(jsonOf(request))));
    await send(context, request, response.status(201), rollout);
  };
  resource(
    router,
    '/rollouts',
    { get, post: takes('CREATE_ROLLOUT', post) },
    { ...options, names: ROLLOUT_NAMES, described: ROLLOUTS },
  );

  const getOne: Handler = async (context, request, response) =>
    send(context, request, response, await findRollout(context, pathIdOf(request, 'id')));
  const put: Handler = async (context, request, response) => {
    const body = asObject(jsonOf(request));
    const changed = { name: textOf(body, 'name'), description: textOf(body, 'description') };
    const rollout = await updateRollout(context, { id: pathIdOf(request, 'id'), ...changed });
    await send(context, request, response, rollout);
  };
  const remove: Handler = async (context, request, response) => {
    await deleteRollout(context, { id: pathIdOf(request, 'id') });
    response.status(204).end();
  };
  resource(
    router,
    '/rollouts/:id',
    { get: getOne, put: takes('UPDATE_ROLLOUT', put), delete: remove },
    { ...options, putsJson: true, described: ROLLOUT_ITEM },
  );

  const retry: Handler = async (context, request, response) => {
    const rollout = await retryRollout(context, { id: pathIdOf(request, 'id') });
    await send(context, request, response.status(201), rollout);
  };
  resource(router, '/rollouts/:id/retry', { post: retry }, { ...options, described: RETRY });

  commandRoutes(router, options);
}

/** `/rollouts/{id}/start` and the like. Nothing is read of what clients may send along. */
function commandRoutes(router: Router, options: ResourceOptions): void {
  const decide =
    (approved: boolean) =>
    (context: Context, { id }: { id: number }, request: Request) =>
      decideRollout(context, { id, approved, remark: parameterValues(request, 'remark')[0] });
  const commands = {
    start: startRollout,
    pause: pauseRollout,
    resume: resumeRollout,
    stop: stopRollout,
    triggerNextGroup: triggerNextRolloutGroup,
    approve: decide(true),
    deny: decide(false),
  };
  for (const [name, command] of Object.entries(commands)) {
    const post: Handler = async (context, request, response) => {
      await command(context, { id: pathIdOf(request, 'id') }, request);
      response.status(204).end();
    };
    const described = stepOf('a rollout', name);
    resource(router, `/rollouts/:id/${name}`, { post }, { ...options, described });
  }
}

async function countsOf(
  context: Context,
  items: readonly Rollout[],
): Promise<Map<number, TargetCounts | undefined>> {
  const counts = await countTargetsOfRollouts(context, items);
  return new Map(items.map(({ id }, index) => [id, counts[index]]));
}

export const renderCounts = (counts: TargetCounts) => ({
  running: counts.running,
  notstarted: counts.notStarted,
  scheduled: counts.scheduled,
  cancelled: counts.canceled,
  finished: counts.finished,
  error: counts.failed,
});

/** Renders rollouts; of their sets only what the caller may read. */
async function rendererOf(context: Context, links: Links, rollouts: readonly Rollout[]) {
  const setIds = rollouts.map(({ distributionSet }) => distributionSet.id);
  const seesSet = await readableAmong(context, 'distributionSet', setIds);
  return (rollout: Rollout, counts?: TargetCounts) =>
    renderRollout(rollout, links, { counts, seesSet: seesSet(rollout.distributionSet.id) });
}

/** A single rollout is shown with its counts, a rollout in a list without. */
const renderRollout = (
  rollout: Rollout,
  links: Links,
  { counts, seesSet }: { counts: TargetCounts | undefined; seesSet: boolean },
) =>
  withoutNulls({
    ...renderAuthorship(rollout),
    id: rollout.id,
    name: rollout.name,
    description: rollout.description,
    targetFilterQuery: rollout.filter,
    distributionSetId: seesSet ? rollout.distributionSet.id : undefined,
    status: rollout.status,
    totalTargets: rollout.totalTargets,
    type: rollout.forceType,
    forcetime: rollout.forcedAt?.getTime() ?? 0,
    weight: rollout.weight,
    dynamic: rollout.dynamic,
    deleted: rollout.deleted,
    ...(counts && {
      totalTargetsPerStatus: renderCounts(counts),
      totalGroups: rollout.totalGroups,
      startAt: rollout.startAt?.getTime(),
      approveDecidedBy: rollout.approvalDecidedBy,
      approvalRemark: rollout.approvalRemark,
    }),
    _links: counts ? allLinks(links, rollout, seesSet) : selfLink(links, rollout),
  });

const selfLink = (links: Links, { id }: Rollout) => ({ self: link(links('rollouts', id)) });

function allLinks(links: Links, rollout: Rollout, seesSet: boolean) {
  const { id, distributionSet } = rollout;
  const to = (command: string) => link(links('rollouts', id, command));
  return {
    start: to('start'),
    pause: to('pause'),
    resume: to('resume'),
    triggerNextGroup: to('triggerNextGroup'),
    approve: to('approve'),
    deny: to('deny'),
    groups: link(`${links('rollouts', id, 'deploygroups')}?offset=0&limit=50`),
    ...(seesSet && { distributionset: linkToSet(links, distributionSet) }),
    ...selfLink(links, rollout),
  };
}
