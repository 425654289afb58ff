import type { PendingState } from '../../../database/tables/enrollment.ts';

/** A device that waits for an approval, or was refused one. */
export interface PendingTarget {
  controllerId: string;
  groupId: number;
  state: PendingState;
  address: string | null;
  firstRequestAt: Date;
  lastRequestAt: Date;
  rejectedAt: Date | null;
  rejectedBy: string | null;
}
