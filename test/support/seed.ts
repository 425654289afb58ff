import fc from 'fast-check';

/**
 * Properties are tried with the same values each time, so that a change fails by its own fault only.
 * `MUSTER_FUZZ_SEED` sets others.
 */
export const SEED = Number(process.env['MUSTER_FUZZ_SEED'] ?? 20_261_130);

fc.configureGlobal({ seed: SEED });
