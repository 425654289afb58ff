import { BYTES, FILE_ANSWERS, HASHES, RANGES } from '../../openapi/files.ts';
import { gives, type Operation, query } from '../../openapi/operation.ts';
import { component, id, integer, list, object, text } from '../../openapi/schema.ts';
import { AUTHORSHIP, LINKS, REPRESENTATION } from '../../openapi/shared.ts';

const ARTIFACT = component(
  'Artifact',
  object({
    ...AUTHORSHIP,
    id: id(),
    providedFilename: text('The name of the file.'),
    size: integer('Bytes.', { format: 'int64' }),
    hashes: HASHES,
    _links: LINKS,
  }),
);
const FIELDS = {
  filename: text('Its name, instead of that of the part.'),
  md5sum: text('Refused where the file has another.'),
  sha1sum: text('Refused where the file has another.'),
  sha256sum: text('Refused where the file has another.'),
};
export const ARTIFACTS = {
  get: {
    summary: 'List the artifacts of a software module',
    parameters: [REPRESENTATION],
    answers: { 200: gives(list(ARTIFACT), 'The artifacts.') },
  },
  post: {
    summary: 'Upload an artifact',
    description: 'Streamed into the store: what comes before the file in the form is known when it begins.',
    parameters: Object.entries(FIELDS).map(([name, schema]) =>
      query(name, 'As the field of the form, which comes before it.', schema),
    ),
    body: { content: { 'multipart/form-data': object({ file: BYTES }, FIELDS) } },
    answers: {
      201: gives(ARTIFACT, 'The artifact.'),
      408: 'The upload was too slow.',
      507: 'There is no room for it.',
    },
  },
} satisfies Record<string, Operation>;
export const ARTIFACT_ITEM = {
  get: { summary: 'Read what an artifact is', answers: { 200: gives(ARTIFACT, 'The artifact.') } },
  delete: { summary: 'Delete an artifact', answers: { 204: 'It is gone.' } },
} satisfies Record<string, Operation>;
export const ARTIFACT_DOWNLOAD = {
  get: {
    summary: 'Download an artifact',
    session: true,
    parameters: RANGES,
    answers: { ...FILE_ANSWERS, 410: 'The store has lost it.' },
  },
} satisfies Record<string, Operation>;
