import type { Listing } from '../../src/services/shared/page.ts';

/** The items of the page of a list. */
export const allOf = async <T>(list: Promise<Listing<T>>): Promise<T[]> => (await (await list).page()).items;
