import { splitGrant } from '../../src/services/access/grants.ts';

/** Grants as GraphQL takes and shows them, of texts like `READ_TARGET/group==eu`. */
export const grantsOf = (...grants: string[]) => grants.map(splitGrant);
