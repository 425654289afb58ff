import type { ReactNode } from 'react';
import { numberText } from '../texts/common.ts';
import { type Tone, toneClass } from './status.tsx';
import classes from './tile.module.css';

/** A number with its name; in a link, it leads to what it counts. */
export function TileContent({
  label,
  count,
  hint,
  tone,
}: {
  label: string;
  count: number;
  hint?: ReactNode;
  tone?: Tone;
}) {
  return (
    <>
      <span className={classes.label}>
        {tone && <span className={`${classes.dot} ${toneClass(tone)}`} />}
        {label}
      </span>
      <div className={classes.number}>{numberText(count)}</div>
      {hint && <div className={classes.hint}>{hint}</div>}
    </>
  );
}

export const tileClass = classes.tile;

export interface Share {
  label: string;
  count: number;
  tone: Tone;
}

/** How a whole is made up, as one bar; its numbers are told beside it. */
export function Shares({ of, label }: { of: readonly Share[]; label: string }) {
  return (
    <div className={classes.bar} role="img" aria-label={label}>
      {of
        .filter(({ count }) => count > 0)
        .map((share) => (
          <div
            key={share.label}
            className={`${classes.share} ${toneClass(share.tone)}`}
            style={{ flexGrow: share.count }}
          />
        ))}
    </div>
  );
}
