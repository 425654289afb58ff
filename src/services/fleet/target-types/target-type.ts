import { getTableColumns } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';
import type { Authored } from '../../shared/authorship.ts';

/** A target type as callers get it. */
export interface TargetType extends Authored {
  id: number;
  key: string;
  name: string;
  description: string | null;
  color: string | null;
}

const { tenantId: _, ...columns } = getTableColumns(targetTypes);

export const TARGET_TYPE_COLUMNS = columns;
