import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { TargetFullFragment } from '../../api/types.documents.ts';
import { useChange } from '../../api/use-change.ts';
import { Card } from '../../parts/card.tsx';
import { confirm } from '../../parts/confirm.ts';
import { failure } from '../../parts/notify.tsx';
import { tell } from '../../parts/tell.ts';
import { type NewToken, TokenDialog } from '../../parts/token-dialog.tsx';
import { When } from '../../parts/when.tsx';
import { claimTexts as texts } from '../../texts/claims.ts';
import { EndClaimCode, MakeClaimCode } from './claim.documents.ts';

/** How another tenant may take the device over: the code is shown once, when it is made. */
export function ClaimCard({ target }: { target: TargetFullFragment }) {
  const { id, controllerId, claimCode, movedAt, viewerCan } = target;
  const [make, making] = useChange(MakeClaimCode);
  const [end, ending] = useChange(EndClaimCode);
  const [code, setCode] = useState<NewToken>();

  async function onMake() {
    if (claimCode) {
      const { anotherTitle: title, anotherText: text, another: action } = texts;
      if (!(await confirm({ title, text, action }))) return;
    }
    const outcome = await make({ input: { id } });
    const [fault] = outcome?.faults ?? [];
    if (fault) void failure(fault.message);
    const token = outcome?.payload.code;
    if (!token) return;
    setCode({ title: texts.codeTitle(controllerId), text: texts.codeText, copyLabel: texts.copy, token });
  }

  return (
    <Card
      title={texts.title}
      hint={movedAt ? undefined : texts.hint}
      actions={
        !movedAt && (
          <>
            {claimCode && (
              <Button
                size="xs"
                variant="default"
                loading={ending}
                onClick={async () => tell(await end({ input: { targets: { ids: [id] } } }), texts.ended)}
              >
                {texts.end}
              </Button>
            )}
            {viewerCan.delete && (
              <Button size="xs" variant="default" loading={making} onClick={() => void onMake()}>
                {claimCode ? texts.another : texts.make}
              </Button>
            )}
          </>
        )
      }
    >
      <Text size="sm" c="dimmed" component="div">
        {movedAt ? (
          <>
            {texts.moved} <When at={movedAt} />
          </>
        ) : claimCode ? (
          <>
            {texts.until} <When at={claimCode.expiresAt} />
          </>
        ) : (
          texts.none
        )}
      </Text>
      {code && <TokenDialog {...code} onClose={() => setCode(undefined)} />}
    </Card>
  );
}
