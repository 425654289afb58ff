import { z } from 'zod';
import { plainText } from '../../shared/text.ts';

/** Who asked for auto-confirmation, and why; an empty text counts as none. */
export const autoConfirmFields = {
  initiator: plainText(0, 64).nullish(),
  remark: plainText(0, 512).nullish(),
};

export const AutoConfirmInput = z.object(autoConfirmFields);
