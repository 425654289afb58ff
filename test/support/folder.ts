import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

/** A place that nothing else uses, made by whoever writes there; what is there goes when the run of the tests ends. */
export function newFolder(): string {
  const folder = process.env['MUSTER_TEST_FOLDER'];
  if (!folder) throw new Error('MUSTER_TEST_FOLDER is not set.');
  return join(folder, randomUUID());
}
