import type { Request } from 'express';
import { DomainError } from '../errors.ts';
import { idOf, UNKNOWN_ID } from './json.ts';

/** An id that is too large for anything to have it is called what the request calls it. */
export function withIdAsSent(error: DomainError, { params, body }: Request): DomainError {
  const { entity } = error.details;
  if (entity?.id !== String(UNKNOWN_ID)) return error;
  const texts = [
    ...Object.values(params).map(String),
    ...((Buffer.isBuffer(body) && body.toString().match(/\d{16,}/g)) || []),
  ];
  const id = texts.find((text) => idOf(text) === UNKNOWN_ID) ?? entity.id;
  const message = error.message.replaceAll(entity.id, id);
  return new DomainError(error.code, message, { ...error.details, entity: { ...entity, id } });
}
