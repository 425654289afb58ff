import fc from 'fast-check';
import { slowness } from '../support/pace.ts';

/** Of `npm run fuzz`; without it a property is tried a few times. */
const SECONDS = Number(process.env['MUSTER_FUZZ_SECONDS'] ?? 0);

/** Longer than this no parser takes for what is tried here, also where the machine is busy. */
const LONGEST_MS = 2_000;
const FEW = 40;

/** How long a part may fuzz, as a share of all time there is. */
export const budgetMs = (share: number): number => SECONDS * 1_000 * share;

/**
 * Tries a property for its share of the time. What fails is told with its seed and its smallest case.
 * @throws what it found
 */
export async function hold<T>(
  values: fc.Arbitrary<T>,
  tryOne: (value: T) => void | Promise<void>,
  share: number,
): Promise<void> {
  const timed = fc.asyncProperty(values, async (value) => {
    const begunAt = performance.now();
    await tryOne(value);
    const took = performance.now() - begunAt;
    // How fast the machine is takes longer to find out than most of what is tried.
    if (took > LONGEST_MS && took > LONGEST_MS * slowness())
      throw new Error(`it took ${Math.round(took)} ms`);
  });
  const limit = SECONDS
    ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: budgetMs(share) }
    : { numRuns: FEW };
  await fc.assert(timed, limit);
}
