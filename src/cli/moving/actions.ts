import { refused } from '../failure.ts';
import { groupedBy, idIn, titleOf } from './kind.ts';
import { attempt, type Move } from './move.ts';
import { musterTargets } from './muster-targets.ts';
import { DISTRIBUTION_SETS } from './sets.ts';

const ACTIONS = 'open actions';

interface Action {
  id: number;
  type: string;
  status: string;
  forceType?: string;
  forceTime?: number;
  weight?: number;
  maintenanceWindow?: { schedule?: string; duration?: string; timezone?: string };
  _links?: Record<string, { href: string } | undefined>;
}
interface Assigned {
  controllerId: string;
  assignedDistributionSet: { name: string; version: string } | null;
}
interface OpenAction {
  controllerId: string;
  set: string;
  action: Action;
}

/**
 * Assigns again what devices have still to do in hawkBit, in the same way. Finished actions stay behind; so do those that
 * are being canceled, and those that a rollout has only planned.
 */
export async function moveActions(move: Move): Promise<void> {
  const { report, hawkbit, memory } = move;
  const sets = (await hawkbit.index(DISTRIBUTION_SETS)).byId;
  const path = `actions?representation=full&sort=id:ASC&q=${encodeURIComponent('active==true')}`;
  if (!(await hawkbit.side.getIfKnown(`${path}&limit=1`)))
    throw refused('this hawkBit has no list of all actions, which --actions needs');
  const tally = report.tally(ACTIONS);
  for await (const { items, offset, total } of hawkbit.side.pages<Action>(path, memory.positionOf(ACTIONS))) {
    const open = items.flatMap((action) => openAction(action, sets));
    tally.found += open.length;
    await assignAgain(move, open);
    report.progress(ACTIONS, offset + items.length, total);
    await memory.reached(ACTIONS, offset + items.length, report.tallies());
  }
}

function openAction(action: Action, sets: ReadonlyMap<number, string>): OpenAction[] {
  if (action.type === 'cancel' || ['canceling', 'scheduled'].includes(action.status)) return [];
  const [target, set] = ['target', 'distributionset'].map((name) => lastOf(action._links?.[name]?.href));
  const key = sets.get(Number(set));
  return target && key ? [{ controllerId: target, set: key, action }] : [];
}

/** The last part of a link's path. */
function lastOf(href: string | undefined): string | undefined {
  const last = href?.split('?')[0]?.split('/').at(-1);
  return last && decodeURIComponent(last);
}

async function assignAgain({ report, muster, mode }: Move, open: OpenAction[]): Promise<void> {
  const tally = report.tally(ACTIONS);
  const names = [...new Set(open.map(({ controllerId }) => controllerId))];
  const found = await musterTargets<Assigned>(muster.side, names, 'assignedDistributionSet { name version }');
  const hasIt = ({ controllerId, set }: OpenAction) => {
    const has = found.get(controllerId)?.assignedDistributionSet;
    return has != null && JSON.stringify([has.name, has.version]) === set;
  };
  const missing = open.filter((one) => !hasIt(one));
  tally.same += open.length - missing.length;
  if (mode === 'dry-run') tally.created += missing.length;
  else if (mode === 'verify')
    for (const { controllerId, set } of missing) {
      const title = `${titleOf(set)} of ${controllerId}`;
      report.difference({ what: ACTIONS, title, field: null, hawkbit: 'is there', muster: null });
    }
  else
    for (const [set, group] of groupedBy(missing, (one) => one.set))
      await attempt(report, { what: ACTIONS, title: titleOf(set) }, async () => {
        const id = idIn(await muster.index(DISTRIBUTION_SETS), set);
        await muster.side.send('POST', `distributionsets/${id}/assignedTargets`, group.map(assignmentOf));
        tally.created += group.length;
      });
}

const assignmentOf = ({ controllerId, action }: OpenAction) => ({
  id: controllerId,
  type: action.forceType ?? 'forced',
  ...(action.forceType === 'timeforced' && { forcetime: action.forceTime }),
  ...(action.weight !== undefined && { weight: action.weight }),
  // Where it waited for a confirmation, devices are asked again.
  confirmationRequired: action.status === 'wait_for_confirmation',
  ...(action.maintenanceWindow && {
    maintenanceWindow: {
      schedule: action.maintenanceWindow.schedule,
      duration: action.maintenanceWindow.duration,
      timezone: action.maintenanceWindow.timezone,
    },
  }),
});
