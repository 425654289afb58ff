import { type Outcome, refusalOf } from '../api/use-change.ts';
import { done, failure } from './notify.tsx';

/** Says that a change is done, or why it was refused. @returns whether it is done */
export function tell(outcome: Outcome<unknown>, message: string): boolean {
  if (!outcome) return false;
  const [fault] = outcome.faults;
  void (fault ? failure(fault.message) : done(message));
  return fault === undefined;
}

/** The same for a field that shows itself why it was refused. @returns that; nothing if it is done */
export function told(outcome: Outcome<unknown>, message: string): string | undefined {
  if (outcome?.faults.length === 0) void done(message);
  return refusalOf(outcome);
}
