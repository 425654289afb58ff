import { createStore } from '../api/store.ts';

export interface Confirmation {
  title: string;
  /** What will happen; it names how many things it happens to. */
  text: string;
  /** The word on the button, for example `Delete 3 targets`. */
  action: string;
  danger?: boolean;
  /** To be typed first, where much is at stake. */
  typed?: string;
  /** What there is to say on it is asked, too. */
  remark?: boolean;
}

/** What is asked at the moment. */
export const asked = createStore<
  (Confirmation & { answer: (yes: boolean, remark?: string) => void }) | undefined
>(undefined);

/** Asks before something that can't be taken back. */
export const confirm = async (confirmation: Confirmation): Promise<boolean> =>
  (await decide(confirmation)) !== undefined;

/** Asks the same, and for a remark if that is wanted. @returns undefined if it is not to be done */
export const decide = (confirmation: Confirmation): Promise<{ remark: string | undefined } | undefined> =>
  new Promise((resolve) => {
    asked.set({
      ...confirmation,
      answer(yes, remark) {
        asked.set(undefined);
        resolve(yes ? { remark: remark?.trim() || undefined } : undefined);
      },
    });
  });
