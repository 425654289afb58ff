import type { Request } from 'express';
import { DomainError } from '../errors.ts';
import { idOf, UNKNOWN_ID } from './json.ts';
import { ExactNumber } from './json-reader.ts';

/** In the message, an id that is too large to exist is written as in the request. */
export function withIdAsSent(error: DomainError, { params, body }: Request): DomainError {
  const { entity } = error.details;
  if (entity?.id !== String(UNKNOWN_ID)) return error;
  const id = findUnknownId(params) ?? findUnknownId(body) ?? entity.id;
  const message = error.message.replaceAll(entity.id, id);
  return new DomainError(error.code, message, { ...error.details, entity: { ...entity, id } });
}

/** The first such id in the request. */
function findUnknownId(sent: unknown): string | undefined {
  if (typeof sent === 'object' && sent !== null && !(sent instanceof ExactNumber)) {
    for (const part of Object.values(sent)) {
      const id = findUnknownId(part);
      if (id !== undefined) return id;
    }
    return undefined;
  }
  const text = sent instanceof ExactNumber ? sent.text : String(sent);
  return idOf(text) === UNKNOWN_ID ? text : undefined;
}
