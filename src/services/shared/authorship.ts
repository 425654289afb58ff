import { type SQLWrapper, sql } from 'drizzle-orm';
import type { Field } from '../../filters/fields.ts';

/** Who does something, and when: a part of every context. */
export interface Author {
  caller: { tenantId: number; username: string };
  clock: () => Date;
}

/** Who made something and who changed it last. */
export interface Authored {
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

/** The authorship of a row that the caller creates. */
export function creationStamp(author: Author): Authored {
  const { lastModifiedAt, lastModifiedBy } = modificationStamp(author);
  return { createdAt: lastModifiedAt, createdBy: lastModifiedBy, lastModifiedAt, lastModifiedBy };
}

/** The authorship of a row that the caller changes. */
export const modificationStamp = ({ clock, caller }: Author) => ({
  lastModifiedAt: clock(),
  lastModifiedBy: caller.username,
});

type AuthoredColumns = Record<keyof Authored, SQLWrapper>;

/** What a filter may ask of these columns. */
export const authoredFields = (table: AuthoredColumns): [string[], Field][] => [
  [['createdAt'], { kind: 'time', column: table.createdAt }],
  [['createdBy'], { kind: 'text', column: table.createdBy }],
  [['lastModifiedAt'], { kind: 'time', column: table.lastModifiedAt }],
  [['lastModifiedBy'], { kind: 'text', column: table.lastModifiedBy }],
];

/** Sorts a column in byte order if it is not stored so. */
export const exact = (column: SQLWrapper) => sql`${column} COLLATE "C"`;

/** How to sort by these columns. */
export const authoredOrder = (table: AuthoredColumns) =>
  ({
    createdAt: { expression: table.createdAt, of: (row: Authored) => row.createdAt, type: 'timestamptz' },
    createdBy: { expression: exact(table.createdBy), of: (row: Authored) => row.createdBy, type: 'text' },
    lastModifiedAt: {
      expression: table.lastModifiedAt,
      of: (row: Authored) => row.lastModifiedAt,
      type: 'timestamptz',
    },
    lastModifiedBy: {
      expression: exact(table.lastModifiedBy),
      of: (row: Authored) => row.lastModifiedBy,
      type: 'text',
    },
  }) as const;
