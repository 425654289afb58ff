import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

/** What is there goes when the run of the tests ends. */
export function testFolder(): string {
  const folder = process.env['MUSTER_TEST_FOLDER'];
  if (!folder) throw new Error('MUSTER_TEST_FOLDER is not set.');
  return folder;
}

/** A place that nothing else uses, made by whoever writes there. */
export const newFolder = () => join(testFolder(), randomUUID());
