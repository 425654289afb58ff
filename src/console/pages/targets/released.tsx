import { Button, Code, Group, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { JobStateFragment } from '../../api/types.documents.ts';
import { JobProgress } from '../../parts/job-progress.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { csvOf, saveFile } from '../../parts/save-file.ts';
import { TokenDialog } from '../../parts/token-dialog.tsx';
import { When } from '../../parts/when.tsx';
import { releaseTexts as texts } from '../../texts/claims.ts';
import { jobTexts } from '../../texts/job.ts';

/** What was released: one code, for each of the targets once. */
export interface Released {
  code: string;
  expiresAt: string | null;
  count: number;
  /** Those that are known: none where a job goes on, or where the caller may not see them. */
  controllerIds: readonly string[];
  job: JobStateFragment | null | undefined;
}

/** Shows the code once, and gives the list of the devices that it is for. */
export function ReleasedDialog({
  released: { code, expiresAt, count, controllerIds, job },
  onClose,
}: {
  released: Released;
  onClose: () => void;
}) {
  const saveList = () =>
    saveFile(
      'claim-code.csv',
      csvOf([['controllerId', 'code', 'expiresAt'], ...controllerIds.map((id) => [id, code, expiresAt])]),
    );
  return (
    <TokenDialog
      title={texts.title}
      text={job ? texts.textOfMany : texts.text(count)}
      copyLabel={texts.copy}
      token={code}
      onClose={onClose}
      more={
        <>
          {job && <JobProgress job={job} onEnd={tellEnd} />}
          <Text size="sm" c="dimmed" component="div">
            {texts.until} <When at={expiresAt} />. {texts.list} <Code>released==true</Code>
          </Text>
          {controllerIds.length > 0 && (
            <Group>
              <Button
                variant="default"
                leftSection={<IconDownload size={16} aria-hidden />}
                onClick={saveList}
              >
                {texts.save(controllerIds.length)}
              </Button>
            </Group>
          )}
        </>
      }
    />
  );
}

function tellEnd({ state, changed, done: gone, message }: JobStateFragment): void {
  if (state === 'FINISHED') void done(texts.done(changed));
  else void failure(state === 'CANCELED' ? jobTexts.canceled(gone) : (message ?? jobTexts.failed));
}
