import { Code, Group } from '@mantine/core';
import { IconCertificate } from '@tabler/icons-react';
import { useState } from 'react';
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
import { certificatesTexts as texts } from '../../texts/certificates.ts';
import { AuthorityDialog } from './authority-dialog.tsx';
import { CertificateAuthorities, DeleteAuthority } from './certificates.documents.ts';

/** The authorities whose certificates devices sign in with. */
export function CertificatesTab() {
  const authorities = useData(CertificateAuthorities, {});
  const { can } = useViewer();
  const [edited, setEdited] = useState<AuthorityRowFragment | 'new'>();
  const add = can.createCertificateAuthorities && (
    <CreateButton label={texts.add} onClick={() => setEdited('new')} />
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
                <AuthorityCard key={authority.id} authority={authority} onEdit={() => setEdited(authority)} />
              ))}
            </>
          )
        }
      </Answer>
      {edited && (
        <AuthorityDialog
          authority={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </>
  );
}

function AuthorityCard({ authority, onEdit }: { authority: AuthorityRowFragment; onEdit: () => void }) {
  const [remove] = useChange(DeleteAuthority);
  const now = useNow();
  const { id, name, subject, fingerprint, notBefore, notAfter, revokedSerials, viewerCan } = authority;
  const isOver = Date.parse(notAfter) < now;
  return (
    <Card
      title={name}
      hint={subject}
      actions={
        <>
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
        <Fact label={texts.revoked}>{texts.revokedCount(revokedSerials.length)}</Fact>
      </Facts>
    </Card>
  );
}
