import { counted, numberText } from './common.ts';

export const jobTexts = {
  progress: (done: number, total: number) => `${numberText(done)} of ${counted(total, 'target')}`,
  label: 'Progress',
  background: 'It goes on in the background if you close this.',
  stop: 'Stop',
  canceled: (done: number) => `Stopped after ${counted(done, 'target')}.`,
  failed: 'It ended with an error.',
};
