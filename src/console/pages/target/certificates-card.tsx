import { Table, Text } from '@mantine/core';
import type { TargetCertificateRowFragment, TargetFullFragment } from '../../api/types.documents.ts';
import { Card } from '../../parts/card.tsx';
import { State } from '../../parts/status.tsx';
import { useNow } from '../../parts/use-now.ts';
import { When } from '../../parts/when.tsx';
import { revocationReasons, deviceCertificateTexts as texts } from '../../texts/certificates.ts';
import { common } from '../../texts/common.ts';
import { RevokeButton } from './revoke-button.tsx';

/** The certificates that the device got from an issuing authority, the newest first. */
export function CertificatesCard({
  target: { certificates, viewerCan },
}: {
  target: Pick<TargetFullFragment, 'certificates' | 'viewerCan'>;
}) {
  return (
    <Card title={texts.title} hint={texts.hint}>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing={4} fz="sm" aria-label={texts.title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.serial}</Table.Th>
              <Table.Th>{texts.expires}</Table.Th>
              <Table.Th>{texts.state}</Table.Th>
              {viewerCan.update && <Table.Th w={80}>{common.actions}</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {certificates?.map((certificate) => (
              <Table.Tr key={certificate.id}>
                <Table.Td ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                  {certificate.serialNumber}
                </Table.Td>
                <Table.Td>
                  <When at={certificate.expiresAt} />
                </Table.Td>
                <Table.Td>
                  <CertificateState certificate={certificate} />
                </Table.Td>
                {viewerCan.update && (
                  <Table.Td>{!certificate.revokedAt && <RevokeButton certificate={certificate} />}</Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function CertificateState({ certificate }: { certificate: TargetCertificateRowFragment }) {
  const { notBefore, expiresAt, revokedAt, revokedBy, revocationReason } = certificate;
  const now = useNow();
  if (revokedAt)
    return (
      <>
        <State tone="bad">{texts.revoked}</State>
        <Text size="xs" c="dimmed" component="div">
          <When at={revokedAt} size="xs" c="dimmed" /> {revokedBy && texts.by(revokedBy)}
          {revocationReason && revocationReason !== 'UNSPECIFIED' && (
            <div>{revocationReasons[revocationReason]}</div>
          )}
        </Text>
      </>
    );
  if (Date.parse(expiresAt) < now) return <State tone="quiet">{texts.expired}</State>;
  if (Date.parse(notBefore) > now) return <State tone="quiet">{texts.notYet}</State>;
  return <State tone="good">{texts.valid}</State>;
}
