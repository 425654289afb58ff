import type { HookFailure } from '../../../database/tables/enrollment.ts';

/** A hook, as every request of an unknown device needs it. */
export interface HookRules {
  groupId: number;
  groupName: string;
  url: string;
  /** As it is stored. */
  secret: string;
  timeoutSeconds: number;
  onFailure: HookFailure;
}
