import type { Outcome } from '../api/use-change.ts';
import { done, failure } from './notify.tsx';

/** Says that a change is done, or why it was refused. @returns whether it is done */
export function tell(outcome: Outcome<unknown>, message: string): boolean {
  if (!outcome) return false;
  const [fault] = outcome.faults;
  void (fault ? failure(fault.message) : done(message));
  return fault === undefined;
}
