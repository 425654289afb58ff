import { afterAll } from 'vitest';
import { linesWithCredential } from './logged.ts';

afterAll(() => {
  const found = linesWithCredential();
  if (found.length) throw new Error(`A log shows a credential that came to the server:\n${found.join('')}`);
});
