import type { PendingState } from '../../../database/tables/enrollment.ts';

/** A device that needs an approval to become a target, or was rejected. */
export interface PendingTarget {
  id: number;
  controllerId: string;
  groupId: number;
  state: PendingState;
  address: string | null;
  firstRequestAt: Date;
  lastRequestAt: Date;
  rejectedAt: Date | null;
  rejectedBy: string | null;
  /** Why the hook of its group holds it. */
  reason: string | null;
}
