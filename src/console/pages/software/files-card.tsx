import { ActionIcon, Button, Code, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { IconLink, IconTrash, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { useClient } from 'urql';
import type { ArtifactRowFragment, ModuleFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { Copy } from '../../parts/copy.tsx';
import { done, failure } from '../../parts/notify.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { sizeText, moduleTexts as texts } from '../../texts/software.ts';
import { ExternalFileDialog } from './external-file-dialog.tsx';
import { DeleteArtifact } from './software.documents.ts';
import { uploadFile } from './upload.ts';

/** The files of a module with their checksums, and the upload of more. */
export function FilesCard({ module, onChanged }: { module: ModuleFullFragment; onChanged: () => void }) {
  const client = useClient();
  const [sending, setSending] = useState<{ name: string; share: number | undefined }>();
  const [adding, setAdding] = useState(false);
  const mayAdd = module.viewerCan.addArtifact && !module.locked;
  const mayDelete = module.viewerCan.deleteArtifact && !module.locked;

  async function uploadAll(files: File[]) {
    for (const file of files) {
      try {
        await uploadFile(client, module.id, file, (share) => setSending({ name: file.name, share }));
        void done(texts.uploaded(file.name));
      } catch (error) {
        void failure(texts.uploadFailed(file.name, (error as Error).message));
      }
    }
    setSending(undefined);
    onChanged();
  }

  return (
    <Card
      title={texts.files}
      hint={module.locked ? texts.lockedHint : undefined}
      actions={
        mayAdd && (
          <Group gap="sm">
            <Button variant="default" leftSection={<IconLink size={16} />} onClick={() => setAdding(true)}>
              {texts.external.add}
            </Button>
            <FileButton onChange={(files) => void uploadAll(files)} multiple>
              {(props) => (
                <Button {...props} loading={sending !== undefined} leftSection={<IconUpload size={16} />}>
                  {texts.upload}
                </Button>
              )}
            </FileButton>
          </Group>
        )
      }
    >
      {adding && (
        <ExternalFileDialog moduleId={module.id} onClose={() => setAdding(false)} onAdded={onChanged} />
      )}
      {sending && (
        <Stack gap={4} role="status">
          <Text size="sm">
            {sending.share === undefined
              ? texts.digesting(sending.name)
              : texts.uploading(sending.name, Math.floor(sending.share * 100))}
          </Text>
          <Progress value={(sending.share ?? 0) * 100} aria-label={sending.name} />
        </Stack>
      )}
      {module.artifacts?.length === 0 && !sending && (
        <Text size="sm" c="dimmed">
          {texts.noFiles}
        </Text>
      )}
      {module.artifacts?.map((file) => (
        <FileLine key={file.id} moduleId={module.id} file={file} mayDelete={mayDelete} />
      ))}
    </Card>
  );
}

function FileLine({
  moduleId,
  file,
  mayDelete,
}: {
  moduleId: string;
  file: ArtifactRowFragment;
  mayDelete: boolean;
}) {
  const [remove, removing] = useChange(DeleteArtifact);
  const title = texts.removeFile(file.filename);
  return (
    <Stack gap={4}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
          {file.filename}
        </Text>
        <Group gap="sm" wrap="nowrap">
          <Text span size="sm" className="numbers" style={{ whiteSpace: 'nowrap' }}>
            {sizeText(file.size)}
          </Text>
          <When at={file.createdAt} c="dimmed" />
          {mayDelete && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={title}
              loading={removing}
              onClick={async () => {
                const question = { title: `${title}?`, text: texts.removeFileText, danger: true };
                if (!(await confirm({ ...question, action: common.delete }))) return;
                const outcome = await remove({ input: { id: file.id, moduleId } });
                const [fault] = outcome?.faults ?? [];
                if (outcome) void (fault ? failure(fault.message) : done(texts.fileRemoved));
              }}
            >
              <IconTrash size={16} />
            </ActionIcon>
          )}
        </Group>
      </Group>
      <ContentOf file={file} />
      <Part name={texts.address} value={file.externalUrl} />
      {(['sha256', 'sha1', 'md5'] as const).map((kind) => (
        <Part key={kind} name={kind.toUpperCase()} value={file[kind]} />
      ))}
    </Stack>
  );
}

/** What an update says of itself. */
function ContentOf({ file: { contentInfo: info } }: { file: ArtifactRowFragment }) {
  if (!info) return null;
  const parts = [
    info.version && texts.says.version(info.version),
    info.hardwareCompatibility.length > 0 && texts.says.hardware(info.hardwareCompatibility),
    info.problem && texts.says.problem(info.problem),
  ].filter(Boolean);
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      {[texts.says.format[info.format], ...parts].join(' · ')}
    </Text>
  );
}

/** A name and a text to copy, if there is one. */
function Part({ name, value }: { name: string; value: string | null }) {
  if (value === null) return null;
  return (
    <Group gap={6} wrap="nowrap" align="center">
      <Text span size="xs" c="dimmed" w={52} flex="none">
        {name}
      </Text>
      <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
      <Copy text={value} label={`${common.copy}: ${name}`} />
    </Group>
  );
}
