import { Alert, Text } from '@mantine/core';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { PageLink } from '../../parts/links.tsx';
import { useNow } from '../../parts/use-now.ts';
import { policyTexts as texts } from '../../texts/certificate-policies.ts';
import { AuthorityChoices } from './enrollment.documents.ts';

/** Warns where no authority issues certificates, so that a policy gives devices none. */
export function NoIssuer() {
  const { data } = useData(AuthorityChoices, {});
  const { can } = useViewer();
  const now = useNow();
  const issues = data?.certificateAuthorities.nodes.some(
    ({ issuing, notAfter }) => issuing?.isCurrent && Date.parse(notAfter) > now,
  );
  if (!data || issues) return null;
  return (
    <Alert color="yellow" variant="light" role="status" p="xs" mt={4}>
      <Text size="sm">
        {texts.noIssuer}{' '}
        {can.createCertificateAuthorities && (
          <PageLink to="/settings" search={{ tab: 'certificates' }}>
            {texts.makeIssuer}
          </PageLink>
        )}
      </Text>
    </Alert>
  );
}
