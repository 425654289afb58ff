import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../../errors.ts';
import { isPowerless } from '../../../services/access/permissions.ts';
import type { Caller } from '../../../services/shared/context.ts';
import { readBody } from '../../body.ts';
import { parseJson } from '../../json-reader.ts';
import { MOST_VALUES } from '../../media.ts';
import { Refusal } from './answers.ts';

/**
 * Bytes of a body from a caller without permissions, who may only see the schema and their name, and change their
 * password.
 */
const POWERLESS_LIMIT = 1 << 16;

/** Reads the body of one operation. @throws Refusal, UnreadBody */
export async function readOperation(
  request: IncomingMessage,
  caller: Caller,
  limit: number,
): Promise<unknown> {
  const most = isPowerless(caller) ? Math.min(POWERLESS_LIMIT, limit) : limit;
  const body = await readJsonBody(request, most);
  if (Array.isArray(body))
    throw new Refusal(400, 'BAD_REQUEST', 'One request carries one operation, not a list.');
  return body;
}

/** Reads a JSON body for GraphQL: its numbers become JavaScript's. @throws Refusal, UnreadBody */
export async function readJsonBody(request: IncomingMessage, limit: number): Promise<unknown> {
  const bytes = await readBody(request, limit);
  return parseJson(bytes, { values: MOST_VALUES, plainNumbers: true }).catch((error) => {
    throw error instanceof DomainError ? new Refusal(400, 'BAD_REQUEST', error.message) : error;
  });
}
