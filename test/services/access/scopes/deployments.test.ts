import { AREAS } from '../verbs/areas.ts';
import { walkThrough } from '../verbs/walk.ts';

await walkThrough(AREAS.deployments);
