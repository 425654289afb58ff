import { certificateAuthorities as table } from '../../../database/tables/certificate-authorities.ts';
import { fieldSet } from '../../../filters/fields.ts';
import { authoredFields, authoredOrder, exact } from '../../shared/authorship.ts';
import type { SortField } from '../../shared/page.ts';
import type { CertificateAuthority } from './find.ts';

/** What a filter may ask of a certificate authority. */
export const CERTIFICATE_AUTHORITY_FIELDS = fieldSet([
  [['id'], { kind: 'integer', column: table.id }],
  [['name'], { kind: 'text', column: table.name }],
  [['fingerprint'], { kind: 'text', column: table.fingerprint }],
  [['subject'], { kind: 'text', column: table.subject }],
  [['notBefore'], { kind: 'time', column: table.notBefore }],
  [['notAfter'], { kind: 'time', column: table.notAfter }],
  ...authoredFields(table),
]);

const { createdAt, lastModifiedAt } = authoredOrder(table);

/** What certificate authorities can be sorted by. */
export const CERTIFICATE_AUTHORITY_ORDER = {
  id: { expression: table.id, of: (a) => a.id, type: 'bigint' },
  name: { expression: table.name, of: (a) => a.name, type: 'text' },
  subject: { expression: exact(table.subject), of: (a) => a.subject, type: 'text' },
  notAfter: { expression: table.notAfter, of: (a) => a.notAfter, type: 'timestamptz' },
  createdAt,
  lastModifiedAt,
} as const satisfies Record<string, SortField<CertificateAuthority>>;
export type CertificateAuthorityOrderField = keyof typeof CERTIFICATE_AUTHORITY_ORDER;
