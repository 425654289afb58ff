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
}

/** What is asked at the moment. */
export const asked = createStore<(Confirmation & { answer: (yes: boolean) => void }) | undefined>(undefined);

/** Asks before something that can't be taken back. */
export const confirm = (confirmation: Confirmation): Promise<boolean> =>
  new Promise((resolve) => {
    asked.set({
      ...confirmation,
      answer(yes) {
        asked.set(undefined);
        resolve(yes);
      },
    });
  });
