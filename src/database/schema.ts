/** All tables, for the connection and for `drizzle-kit`. */
export * from './tables/actions.ts';
export * from './tables/api-keys.ts';
export * from './tables/audit.ts';
export * from './tables/auto-assignments.ts';
export * from './tables/certificate-authorities.ts';
export * from './tables/distribution-sets.ts';
export * from './tables/enrollment.ts';
export * from './tables/imports.ts';
export * from './tables/roles.ts';
export * from './tables/software.ts';
export * from './tables/target-data.ts';
export * from './tables/target-types.ts';
export * from './tables/targets.ts';
export * from './tables/tenants.ts';
export * from './tables/token-rotations.ts';
export * from './tables/users.ts';
export * from './tables/webhooks.ts';
