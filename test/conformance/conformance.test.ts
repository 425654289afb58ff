import { replayCases } from './cases.ts';

replayCases({ changingConfiguration: false });
