import { replayCases } from './cases.ts';

// Apart from the others, which would see another configuration than was recorded.
replayCases({ changingConfiguration: true });
