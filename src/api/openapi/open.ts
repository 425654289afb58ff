import { gives, type Operation } from './operation.ts';
import { component, object, oneOfTexts, text } from './schema.ts';

/* What everybody may ask for who reaches the server. */

const HEALTH = component('Health', object({ status: oneOfTexts(['UP', 'DOWN']) }));

export const LIVE: Operation = {
  summary: 'Whether the process runs',
  answers: { 200: gives(HEALTH, 'It does.') },
};
const READINESS = component(
  'Readiness',
  object({ status: oneOfTexts(['UP', 'DOWN']) }, { replica: oneOfTexts(['USED', 'LEFT_ASIDE']) }),
);

export const READY: Operation = {
  summary: 'Whether the server can answer',
  answers: { 200: gives(READINESS, 'It can.'), 503: gives(READINESS, 'The database is away.') },
};
export const METRICS: Operation = {
  summary: 'Metrics for Prometheus',
  answers: { 200: { description: 'Of all processes of this server.', content: { 'text/plain': text() } } },
};
export const DOCUMENT: Operation = {
  summary: 'This document',
  answers: { 200: gives({ type: 'object' }, 'OpenAPI 3.1.'), 304: 'The client has it already.' },
};
export const DOCS: Operation = {
  summary: 'This document as a page',
  answers: {
    200: { description: 'HTML.', content: { 'text/html': text() } },
    304: 'The client has it already.',
  },
};
