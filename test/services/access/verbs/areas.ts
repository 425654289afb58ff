import { ACCESS_VERBS, AUTHORITY_VERBS, TENANT_VERBS, WEBHOOK_VERBS } from './administration.ts';
import { AUTO_ASSIGNMENT_VERBS, STATISTICS_VERBS } from './auto-assignments.ts';
import { CERTIFICATE_VERBS } from './certificates.ts';
import { CLAIM_VERBS } from './claims.ts';
import { DEPLOYMENT_VERBS } from './deployments.ts';
import { ENROLLMENT_VERBS } from './enrollment.ts';
import { FILTER_LANGUAGE_VERBS } from './filter-language.ts';
import { IMPORT_VERBS, WATCHING_VERBS } from './imports-live.ts';
import { JOB_VERBS } from './jobs.ts';
import { ROLLOUT_VERBS } from './rollouts.ts';
import { MODULE_VERBS, SET_VERBS } from './software.ts';
import {
  ARTIFACT_VERBS,
  COMPATIBILITY_VERBS,
  SET_TAG_VERBS,
  SOFTWARE_METADATA_VERBS,
} from './software-data.ts';
import { AUTO_CONFIRM_VERBS, FILTER_VERBS, METADATA_VERBS, TAG_VERBS } from './target-data.ts';
import { READING_VERBS, WRITING_VERBS } from './targets.ts';
import type { Verbs } from './verb.ts';

/** Every verb by its area, some more than once: what follows a name tells how it is called. */
export const AREAS = {
  fleet: {
    ...WRITING_VERBS,
    ...READING_VERBS,
    ...CLAIM_VERBS,
    ...METADATA_VERBS,
    ...TAG_VERBS,
    ...AUTO_CONFIRM_VERBS,
    ...FILTER_VERBS,
    ...IMPORT_VERBS,
    ...WATCHING_VERBS,
  },
  software: {
    ...MODULE_VERBS,
    ...SET_VERBS,
    ...ARTIFACT_VERBS,
    ...SOFTWARE_METADATA_VERBS,
    ...SET_TAG_VERBS,
    ...COMPATIBILITY_VERBS,
  },
  deployments: {
    ...DEPLOYMENT_VERBS,
    ...AUTO_ASSIGNMENT_VERBS,
    ...STATISTICS_VERBS,
    ...ROLLOUT_VERBS,
  },
  platform: {
    ...ACCESS_VERBS,
    ...TENANT_VERBS,
    ...AUTHORITY_VERBS,
    ...ENROLLMENT_VERBS,
    ...CERTIFICATE_VERBS,
    ...WEBHOOK_VERBS,
    ...FILTER_LANGUAGE_VERBS,
    ...JOB_VERBS,
  },
} satisfies Record<string, Verbs>;
