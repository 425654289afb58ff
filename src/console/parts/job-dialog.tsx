import { askAnew } from '../api/connection.ts';
import { useStore } from '../api/store.ts';
import type { JobStateFragment } from '../api/types.documents.ts';
import { jobTexts as texts } from '../texts/job.ts';
import { Dialog } from './dialog.tsx';
import { followed } from './follow-job.ts';
import { JobProgress } from './job-progress.tsx';
import { done, failure } from './notify.tsx';

/** Shows the job that is followed. It is there once. */
export function JobDialog() {
  const one = useStore(followed);
  if (!one) return null;
  const close = () => followed.set(undefined);
  const onEnd = ({ state, changed, done: gone, message }: JobStateFragment) => {
    if (state === 'FINISHED') void done(one.told(changed));
    else void failure(state === 'CANCELED' ? texts.canceled(gone) : (message ?? texts.failed));
    close();
    askAnew();
  };
  return (
    <Dialog onClose={close} title={one.title}>
      <JobProgress key={one.job.id} job={one.job} onEnd={onEnd} />
    </Dialog>
  );
}
