import { createStore } from '../api/store.ts';
import type { JobStateFragment } from '../api/types.documents.ts';
import type { Outcome } from '../api/use-change.ts';
import { tell } from './tell.ts';

export interface Followed {
  job: JobStateFragment;
  title: string;
  /** What is said when it is done. */
  told: (changed: number) => string;
}

/** The job whose progress is shown at the moment. */
export const followed = createStore<Followed | undefined>(undefined);

/**
 * Says that a change is done, or why it was refused; what goes on as a job is shown in a dialog until it is over.
 * @returns whether it is done or has begun
 */
export function tellOrFollow(
  outcome: Outcome<{ affectedCount: number; job?: JobStateFragment | null }>,
  { title, told }: Omit<Followed, 'job'>,
): boolean {
  const job = outcome?.payload.job;
  if (!job) return tell(outcome, told(outcome?.payload.affectedCount ?? 0));
  followed.set({ job, title, told });
  return true;
}
