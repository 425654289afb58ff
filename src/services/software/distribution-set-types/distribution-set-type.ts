import { getTableColumns } from 'drizzle-orm';
import { distributionSetTypes } from '../../../database/tables/distribution-sets.ts';
import type { Authored } from '../../shared/authorship.ts';

/** A distribution set type as callers get it. */
export interface DistributionSetType extends Authored {
  id: number;
  key: string;
  name: string;
  description: string | null;
  color: string | null;
  deleted: boolean;
}

const { tenantId: _, ...columns } = getTableColumns(distributionSetTypes);

export const DISTRIBUTION_SET_TYPE_COLUMNS = columns;
