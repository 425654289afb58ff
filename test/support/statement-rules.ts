import { afterAll } from 'vitest';
import { isOverAllTenants } from '../../src/database/all-tenants.ts';
import { newStatements, OF_A_TEST } from './statement.ts';

afterAll(async () => {
  const texts = newStatements().filter((text) => !isOverAllTenants(text) && !text.includes(OF_A_TEST));
  if (!texts.length) return;
  const { tablesWithoutTenant } = await import('./tenant-in-statement.ts');
  const faults = texts.flatMap((text) => {
    const tables = tablesWithoutTenant(text);
    return tables.length ? [`of ${tables.join(', ')} in: ${text.trim()}`] : [];
  });
  if (faults.length)
    throw new Error(
      `Every query and sub-query names the tenant as a parameter (see src/database/all-tenants.ts), but not those\n${faults.join('\n\n')}`,
    );
});
