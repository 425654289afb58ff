import type { NewToken } from '../../parts/token-dialog.tsx';
import { enrollmentTexts as texts } from '../../texts/enrollment.ts';

export type { NewToken };

/** The token of a group, as it is told. */
export const tokenOf = (name: string, token: string): NewToken => ({
  title: texts.tokenTitle(name),
  text: texts.tokenText,
  copyLabel: texts.copyToken,
  token,
});
