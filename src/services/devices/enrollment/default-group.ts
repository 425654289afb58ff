import type { Transaction } from '../../../database/connect.ts';
import { enrollmentGroups } from '../../../database/tables/enrollment.ts';

/**
 * Gives a new tenant the group that its gateway token belongs to, with hawkBit's rules for that token.
 */
export async function insertDefaultGroup(tx: Transaction, tenantId: number, now: Date): Promise<void> {
  await tx.insert(enrollmentGroups).values({
    tenantId,
    name: 'default',
    description: 'The group of the gateway token.',
    isDefault: true,
    registrations: 0,
    allowedControllerIds: [],
    deniedControllerIds: [],
    appliesTo: 'all',
    requiresApproval: false,
    attributes: {},
    createdAt: now,
    createdBy: 'system',
    lastModifiedAt: now,
    lastModifiedBy: 'system',
  });
}
