import type { PasswordCosts } from '../../src/services/access/password-costs.ts';

/** Instead of the real costs (see vitest.config.ts): accounts of tests guard nothing, and there are thousands. */
export const PASSWORD_COSTS: PasswordCosts = { ln: 4, r: 8, p: 1 };
