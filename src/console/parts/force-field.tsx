import { Select } from '@mantine/core';
import type { ForceType } from '../api/types.documents.ts';
import { forceTypeTexts, forceTexts as texts } from '../texts/status.ts';
import { TimeField } from './time-field.tsx';

/** How devices are to take a set. */
export interface Force {
  forceType?: ForceType;
  /** Of TIME_FORCED. */
  forcedAt?: string | null;
}

const OFFERED = ['FORCED', 'SOFT', 'TIME_FORCED', 'DOWNLOAD_ONLY'] as const satisfies ForceType[];

/** As it is sent. */
export const forceInput = ({ forceType = 'FORCED', forcedAt }: Force) => ({
  forceType,
  forcedAt: forceType === 'TIME_FORCED' ? (forcedAt ?? undefined) : undefined,
});

/** Chooses how devices take a set, and from when on it is forced. */
export function ForceField({
  value,
  onChange,
  mayWait = true,
  error,
}: {
  value: Force;
  onChange: (changed: Force) => void;
  /** Whether it may be forced from a moment on. */
  mayWait?: boolean;
  error?: string;
}) {
  const { forceType = 'FORCED', forcedAt = null } = value;
  return (
    <>
      <Select
        label={texts.label}
        data={OFFERED.filter((it) => mayWait || it !== 'TIME_FORCED').map((it) => ({
          value: it,
          label: forceTypeTexts[it],
        }))}
        value={forceType}
        onChange={(chosen) => onChange({ forceType: (chosen ?? 'FORCED') as ForceType })}
        allowDeselect={false}
      />
      {forceType === 'TIME_FORCED' && (
        <TimeField
          label={texts.at}
          description={texts.atHint}
          value={forcedAt}
          onChange={(at) => onChange({ forcedAt: at })}
          error={error}
        />
      )}
    </>
  );
}
