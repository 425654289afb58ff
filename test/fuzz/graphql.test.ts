import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServedTenant, type ServedTenant, startOwnServer, type TestServer } from '../support/server.ts';
import { usedHeap } from './memory.ts';
import { type Operation, operations } from './operations.ts';
import { hold } from './support.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
/** What caches may still take once they are warm. */
const MOST_GROWTH = 96 << 20;

let server: TestServer;
let tenant: ServedTenant;
beforeAll(async () => {
  server = await startOwnServer();
  tenant = await createServedTenant(server);
});
afterAll(() => server?.stop());

async function ask({ query, variables }: Operation): Promise<void> {
  const { status, text, json } = await tenant.admin('/graphql', {
    method: 'POST',
    json: { query, variables },
  });
  // An operation may have deleted the account.
  if (status === 401) tenant = await createServedTenant(server);
  const codes = (json?.errors ?? []).map(
    ({ extensions }: { extensions?: { code?: string } }) => extensions?.code,
  );
  const isFault = status >= 500 || codes.includes('INTERNAL_SERVER_ERROR') || server.errors.length > 0;
  if (!isFault) return;
  const logged = server.errors.splice(0).join('\n').slice(0, 3_000);
  throw new Error(`${status} ${text.slice(0, 1_000)}\n${logged}`);
}

test('any operation is answered or refused, and nothing of it stays in memory', async () => {
  await hold(operations(schema), ask, 0.1);
  const warm = usedHeap();
  await hold(operations(schema), ask, 0.2);
  expect(usedHeap() - warm).toBeLessThan(MOST_GROWTH);
}, 900_000);
