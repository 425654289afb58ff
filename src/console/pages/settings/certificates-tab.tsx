import { Anchor, Button, Code, Group, Text } from '@mantine/core';
import { IconCertificate } from '@tabler/icons-react';
import { useState } from 'react';
import { addressOf } from '../../api/base.ts';
import type { AuthorityRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { Card } from '../../parts/card.tsx';
import { CreateButton } from '../../parts/create-button.tsx';
import { EditButton } from '../../parts/edit-button.tsx';
import { Fact, Facts } from '../../parts/fact.tsx';
import { RemoveButton } from '../../parts/remove-button.tsx';
import { Answer, Empty } from '../../parts/states.tsx';
import { State } from '../../parts/status.tsx';
import { useNow } from '../../parts/use-now.ts';
import { When } from '../../parts/when.tsx';
import { issuingTexts, certificatesTexts as texts } from '../../texts/certificates.ts';
import { AuthorityDialog } from './authority-dialog.tsx';
import { CertificateAuthorities, DeleteAuthority } from './certificates.documents.ts';
import { IssuingDialog } from './issuing-dialog.tsx';
import { UpstreamDialog } from './upstream-dialog.tsx';

/** The authorities whose certificates devices sign in with. */
export function CertificatesTab() {
  const authorities = useData(CertificateAuthorities, {});
  const { can } = useViewer();
  const [edited, setEdited] = useState<AuthorityRowFragment | 'new' | 'issuing'>();
  /** The one whose server is told anew. */
  const [moved, setMoved] = useState<AuthorityRowFragment>();
  const add = can.createCertificateAuthorities && (
    <Group gap="xs" justify="center">
      <Button variant="default" onClick={() => setEdited('issuing')}>
        {issuingTexts.add}
      </Button>
      <CreateButton label={texts.add} onClick={() => setEdited('new')} />
    </Group>
  );
  return (
    <>
      <Answer of={authorities}>
        {({ certificateAuthorities: { nodes } }) =>
          nodes.length === 0 ? (
            <Empty
              icon={<IconCertificate size={40} stroke={1.4} />}
              title={texts.emptyTitle}
              hint={texts.emptyHint}
              action={add}
            />
          ) : (
            <>
              {add && <Group justify="flex-end">{add}</Group>}
              {nodes.map((authority) => (
                <AuthorityCard
                  key={authority.id}
                  authority={authority}
                  onEdit={() => setEdited(authority)}
                  onMove={() => setMoved(authority)}
                />
              ))}
            </>
          )
        }
      </Answer>
      {moved && <UpstreamDialog authority={moved} onClose={() => setMoved(undefined)} />}
      {edited === 'issuing' && <IssuingDialog onClose={() => setEdited(undefined)} />}
      {edited && edited !== 'issuing' && (
        <AuthorityDialog
          authority={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

function AuthorityCard({
  authority,
  onEdit,
  onMove,
}: {
  authority: AuthorityRowFragment;
  onEdit: () => void;
  onMove: () => void;
}) {
  const [remove] = useChange(DeleteAuthority);
  const { may } = useViewer();
  const now = useNow();
  const { id, name, subject, fingerprint, notBefore, notAfter, revokedSerials, issuing, viewerCan } =
    authority;
  const isOver = Date.parse(notAfter) < now;
  return (
    <Card
      title={name}
      hint={subject}
      actions={
        <>
          {viewerCan.update && issuing?.upstream && may('READ_GATEWAY_SECURITY_TOKEN') && (
            <Button size="xs" variant="default" onClick={onMove}>
              {issuingTexts.upstreamChange}
            </Button>
          )}
          {viewerCan.update && <EditButton label={texts.editLabel(name)} onClick={onEdit} />}
          {viewerCan.delete && (
            <RemoveButton
              label={texts.removeLabel(name)}
              text={texts.removeText}
              told={texts.removed}
              remove={() => remove({ input: { id } })}
            />
          )}
        </>
      }
    >
      <Facts>
        <Fact label={texts.valid}>
          <Group gap="sm">
            <State tone={isOver ? 'bad' : 'good'}>{isOver ? texts.over : texts.now}</State>
            <span>
              <When at={notBefore} /> – <When at={notAfter} />
            </span>
          </Group>
        </Fact>
        <Fact label={texts.fingerprint}>
          <Code>{fingerprint}</Code>
        </Fact>
        <UseFacts authority={authority} />
        <Fact label={texts.revoked}>{texts.revokedCount(revokedSerials.length)}</Fact>
      </Facts>
    </Card>
  );
}

/** What its certificates are good for, and whether it signs them here. */
function UseFacts({ authority: { issuing, bootstrapOnly } }: { authority: AuthorityRowFragment }) {
  return (
    <>
      {bootstrapOnly && <Fact label={issuingTexts.use}>{issuingTexts.bootstrapOnly}</Fact>}
      {issuing && (
        <Fact label={issuingTexts.label}>
          <Group gap="sm">
            <State tone={issuing.isCurrent ? 'good' : 'quiet'}>
              {issuing.isCurrent ? issuingTexts.current : issuingTexts.former}
            </State>
            <Text span size="xs" c="dimmed">
              {issuingTexts.sources[issuing.kind]}
            </Text>
            {issuing.upstream && (
              <Text span size="xs" c="dimmed">
                {issuing.upstream.url}
              </Text>
            )}
            {issuing.revocationListPath && (
              <Anchor size="xs" href={addressOf(issuing.revocationListPath.slice(1))} download>
                {issuingTexts.list}
              </Anchor>
            )}
          </Group>
        </Fact>
      )}
    </>
  );
}
