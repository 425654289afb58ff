import { type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { enrollmentDerivationKeys, enrollmentHooks } from '../../../database/tables/enrollment.ts';
import { importRefused } from '../../../database/tables/imports.ts';
import { issuingAuthorities } from '../../../database/tables/issuing-authorities.ts';
import { targets } from '../../../database/tables/targets.ts';
import { tenantConfiguration } from '../../../database/tables/tenants.ts';
import { webhooks } from '../../../database/tables/webhooks.ts';
import { GATEWAY_TOKEN_KEY } from '../tenants/configuration-keys.ts';

/** Where the database has secrets that must be read again. */
export interface SecretPlace {
  /** For people. */
  what: string;
  table: PgTable;
  /** The columns of its primary key, in their order, with their types. */
  key: readonly (readonly [name: string, type: 'bigint' | 'text'])[];
  column: string;
  /** What is stored, as text; and what to store for a text. */
  read: SQL;
  stored: (text: SQL) => SQL;
  /** Which rows have one. */
  rows: SQL;
  /** Whether its digest is stored beside it. */
  isToken: boolean;
}

type Given = Pick<SecretPlace, 'what' | 'table' | 'key' | 'column'> & Partial<SecretPlace>;

const place = (given: Given): SecretPlace => ({
  read: sql`${sql.identifier(given.column)}`,
  stored: (text) => text,
  rows: sql`true`,
  isToken: false,
  ...given,
});

const byId = [
  ['tenant_id', 'bigint'],
  ['id', 'bigint'],
] as const;

/** All of them. What else must be kept from others is stored as a digest only. */
export const SECRET_PLACES: readonly SecretPlace[] = [
  place({ what: 'tokens of targets', table: targets, key: byId, column: 'security_token', isToken: true }),
  place({
    what: 'gateway tokens',
    table: tenantConfiguration,
    key: [
      ['tenant_id', 'bigint'],
      ['key', 'text'],
    ],
    column: 'value',
    read: sql.raw(`(value #>> '{}')`),
    stored: (text) => sql`to_jsonb(${text})`,
    rows: sql.raw(`key = '${GATEWAY_TOKEN_KEY}'`),
    isToken: true,
  }),
  place({
    what: 'derivation keys of enrollment groups',
    table: enrollmentDerivationKeys,
    key: byId,
    column: 'key',
  }),
  place({
    what: 'keys of issuing authorities',
    table: issuingAuthorities,
    key: [
      ['tenant_id', 'bigint'],
      ['authority_id', 'bigint'],
    ],
    column: 'secret',
  }),
  place({
    what: 'secrets of enrollment hooks',
    table: enrollmentHooks,
    key: [
      ['tenant_id', 'bigint'],
      ['group_id', 'bigint'],
    ],
    column: 'secret',
  }),
  place({ what: 'secrets of webhooks', table: webhooks, key: byId, column: 'secret' }),
  place({
    what: 'refused rows of imports',
    table: importRefused,
    key: [
      ['tenant_id', 'bigint'],
      ['import_id', 'bigint'],
      ['line', 'bigint'],
    ],
    column: 'row',
  }),
];
