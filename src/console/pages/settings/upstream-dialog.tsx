import { Text } from '@mantine/core';
import type { AuthorityRowFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { done } from '../../parts/notify.tsx';
import { issuingTexts as texts } from '../../texts/certificates.ts';
import { common } from '../../texts/common.ts';
import { ChangeIssuingAuthority } from './certificates.documents.ts';
import { UPSTREAM_FIELDS, UpstreamFields, upstreamOf } from './issuing-fields.tsx';

/** Tells an authority anew where its EST server is, and by what that knows Muster. */
export function UpstreamDialog({
  authority: { id, name, issuing },
  onClose,
}: {
  authority: AuthorityRowFragment;
  onClose: () => void;
}) {
  const [change] = useChange(ChangeIssuingAuthority);
  async function run(form: FormData) {
    const outcome = await change({ input: { id, upstream: upstreamOf(form) } });
    if (outcome?.faults.length === 0) void done(texts.upstreamSaved(name));
    return outcome?.faults;
  }
  return (
    <FormDialog
      title={texts.upstreamTitle(name)}
      action={common.save}
      fields={UPSTREAM_FIELDS}
      onClose={onClose}
      size="lg"
      run={run}
    >
      {(faultOf) => (
        <>
          <Text size="sm">{texts.upstreamLead}</Text>
          <UpstreamFields known={issuing?.upstream ?? null} faultOf={faultOf} />
        </>
      )}
    </FormDialog>
  );
}
