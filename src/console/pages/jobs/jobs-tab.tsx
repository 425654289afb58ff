import { Code, Text, Tooltip } from '@mantine/core';
import { IconProgressCheck, IconX } from '@tabler/icons-react';
import { useSubscription } from 'urql';
import type { JobOrderField, JobRowFragment, JobState } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { JobMoves, StopJob } from '../../parts/job.documents.ts';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Empty } from '../../parts/states.tsx';
import { State, type Tone } from '../../parts/status.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { common, numberText } from '../../texts/common.ts';
import { jobKindTexts, jobStateTexts, jobsTexts as texts } from '../../texts/job.ts';
import { Jobs } from './jobs.documents.ts';

const PAGE_SIZE = 50;
/** So many that have not ended are followed. */
const MOST_FOLLOWED = 10;

const TONES: Record<JobState, Tone> = {
  CANCELED: 'quiet',
  FAILED: 'bad',
  FINISHED: 'good',
  QUEUED: 'quiet',
  RUNNING: 'busy',
};

const isOver = ({ state }: JobRowFragment) => state !== 'QUEUED' && state !== 'RUNNING';

const COLUMNS: readonly Column<JobRowFragment, JobOrderField>[] = [
  { id: 'kind', label: texts.columns.kind, order: 'KIND', cell: ({ kind }) => jobKindTexts[kind] },
  {
    id: 'filter',
    label: texts.columns.filter,
    most: 320,
    cell: ({ filter }) => <Code>{filter}</Code>,
  },
  {
    id: 'state',
    label: texts.columns.state,
    order: 'STATE',
    cell: (job) => <JobStateCell job={job} />,
  },
  {
    id: 'done',
    label: texts.columns.done,
    order: 'TOTAL',
    cell: ({ done, total }) => (
      <span className="numbers">
        {numberText(done)} / {numberText(total)}
      </span>
    ),
  },
  { id: 'failed', label: texts.columns.refused, cell: (job) => <Refused job={job} /> },
  { id: 'by', label: texts.columns.by, cell: ({ createdBy }) => createdBy },
  { id: 'at', label: texts.columns.at, order: 'ID', cell: ({ createdAt }) => <When at={createdAt} /> },
  {
    id: 'ended',
    label: texts.columns.ended,
    cell: ({ endedAt }) => <When at={endedAt} never={common.none} />,
  },
  { id: 'actions', label: common.actions, cell: (job) => !isOver(job) && <StopButton job={job} /> },
];

/** Changes of many at once; those that have not ended are seen going on. */
export function JobsTab() {
  const list = useList(Jobs, { pageOf: (data) => data.jobs, size: PAGE_SIZE, columns: COLUMNS });
  const followed = (list.table.rows ?? []).filter((job) => !isOver(job)).slice(0, MOST_FOLLOWED);
  return (
    <>
      <FilteredList
        list={list}
        of="JOB"
        placeholder={texts.filterPlaceholder}
        empty={
          <Empty
            icon={<IconProgressCheck size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
          />
        }
      >
        <DataTable
          {...list.table}
          label={texts.tabs.jobs}
          keyOf={({ id }) => id}
          nameOf={({ kind }) => jobKindTexts[kind]}
          height="calc(100vh - 320px)"
        />
      </FilteredList>
      {followed.map(({ id }) => (
        <Followed key={id} id={id} />
      ))}
    </>
  );
}

/** What a job tells of itself comes into its row. */
function Followed({ id }: { id: string }) {
  useSubscription({ query: JobMoves, variables: { id } });
  return null;
}

function JobStateCell({ job: { state, message } }: { job: JobRowFragment }) {
  const shown = <State tone={TONES[state]}>{jobStateTexts[state]}</State>;
  if (!message) return shown;
  return (
    <Tooltip label={message} multiline maw={420} events={{ hover: true, focus: true, touch: true }}>
      <span>{shown}</span>
    </Tooltip>
  );
}

/** How many were refused, and why. */
function Refused({ job: { failed, faults } }: { job: JobRowFragment }) {
  if (!failed) return <>{common.none}</>;
  const why = faults.slice(0, 5).map(({ controllerId, message }) => `${controllerId}: ${message}`);
  return (
    <Tooltip label={why.join('\n')} multiline maw={420} events={{ hover: true, focus: true, touch: true }}>
      <Text span size="sm" className="numbers">
        {numberText(failed)}
      </Text>
    </Tooltip>
  );
}

function StopButton({ job: { id, kind } }: { job: JobRowFragment }) {
  const [stop] = useChange(StopJob);
  return (
    <RemoveButton
      label={texts.stopLabel(jobKindTexts[kind])}
      text={texts.stopText}
      action={texts.stop}
      told={texts.stopped}
      icon={IconX}
      remove={() => stop({ input: { id } })}
    />
  );
}
