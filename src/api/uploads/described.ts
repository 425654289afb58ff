import { IMPORT } from '../imports/described.ts';
import { BYTES } from '../openapi/files.ts';
import { gives, type Operation } from '../openapi/operation.ts';
import { component, id, integer, nullable, object, text, time } from '../openapi/schema.ts';

const WHOLE = { content: { 'application/octet-stream': BYTES } };

export const UPLOAD: Operation = {
  summary: 'Send the bytes of an artifact',
  description: 'Its token is that of `createArtifactUpload`. The file is sent as it is, and not compressed.',
  body: WHOLE,
  answers: {
    201: gives(
      component(
        'UploadedArtifact',
        object({
          id: id(),
          moduleId: id(),
          filename: text(),
          size: integer('Bytes.', { format: 'int64' }),
          md5: nullable(text()),
          sha1: nullable(text()),
          sha256: nullable(text()),
          createdAt: time(),
          createdBy: text(),
        }),
      ),
      'The artifact.',
    ),
  },
};
export const UPLOAD_OF_TARGETS: Operation = {
  summary: 'Send the bytes of a file of targets',
  description: 'Its token is that of `createImportUpload`, which also says what the file is.',
  body: WHOLE,
  answers: { 200: gives(IMPORT, 'How the import ended.') },
};
