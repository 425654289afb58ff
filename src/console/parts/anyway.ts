import type { Fault } from '../api/use-change.ts';
import { anywayTexts as texts } from '../texts/software.ts';
import { confirm } from './confirm.ts';

/**
 * Assigns a set. If it is refused because of targets that the set is not for, asks whether they shall have it all the same,
 * and if so tries again.
 */
export async function orAnyway<T extends { faults: readonly Fault[] } | undefined>(
  assign: (ignoreTargetFilter: boolean) => Promise<T>,
): Promise<T> {
  const first = await assign(false);
  const count = first?.faults.find(({ refusedTargets }) => refusedTargets)?.refusedTargets?.count;
  if (!count) return first;
  const question = { title: texts.title(count), text: texts.text(count), action: texts.action, danger: true };
  return (await confirm(question)) ? assign(true) : first;
}
