import { getTableColumns } from 'drizzle-orm';
import { targetTypes } from '../../../database/tables/target-types.ts';

/** A target type as callers get it. */
export interface TargetType {
  id: number;
  key: string;
  name: string;
  description: string | null;
  colour: string | null;
  createdAt: Date;
  createdBy: string;
  lastModifiedAt: Date;
  lastModifiedBy: string;
}

const { tenantId: _, ...columns } = getTableColumns(targetTypes);

export const TARGET_TYPE_COLUMNS = columns;
