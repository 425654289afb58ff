import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/connect.ts';
import { enrollmentGroups, enrollmentTokens } from '../../../database/tables/enrollment.ts';
import { quotaExceeded } from '../../../errors.ts';
import { randomText } from '../../shared/random-text.ts';
import { tokenDigest } from '../sign-in/digest.ts';

/** By it people and scanners for secrets know what a token is. */
const PREFIX = 'muster_enroll_';
/** What a list shows of a token: enough to tell it from others, too little to be of use. */
const SHOWN = PREFIX.length + 4;
/** About 190 random bits, so that a plain digest of them is enough. */
const LENGTH = 32;
/** Of a group. */
const MOST_TOKENS = 10;

export const newEnrollmentToken = (): string => PREFIX + randomText(LENGTH);

interface TokenAuthor {
  tenantId: number;
  by: string;
  now: Date;
}

/** Keeps a token's digest; the group is locked, or new. @throws QUOTA_EXCEEDED */
export async function insertToken(
  tx: Transaction,
  { tenantId, by, now }: TokenAuthor,
  { groupId, token, expiresAt }: { groupId: number; token: string; expiresAt: Date | null },
): Promise<void> {
  const ofGroup = and(eq(enrollmentTokens.tenantId, tenantId), eq(enrollmentTokens.groupId, groupId));
  if ((await tx.$count(enrollmentTokens, ofGroup)) >= MOST_TOKENS)
    throw quotaExceeded('tokens of an enrollment group', MOST_TOKENS);
  await tx
    .insert(enrollmentTokens)
    .values({
      tenantId,
      groupId,
      digest: Buffer.from(tokenDigest(token), 'latin1').toString('hex'),
      // One that somebody chose might be half told by its beginning.
      prefix: token.startsWith(PREFIX) ? token.slice(0, SHOWN) : '',
      expiresAt,
      createdAt: now,
      createdBy: by,
    })
    // A gateway token that was is the only one that could be there already.
    .onConflictDoNothing();
}

/** Ends the tokens of a group at that time at the latest, and deletes those that don't work any more. */
export async function endTokens(
  tx: Transaction,
  { tenantId, now }: TokenAuthor,
  groupId: number,
  until: Date,
): Promise<void> {
  const ofGroup = and(eq(enrollmentTokens.tenantId, tenantId), eq(enrollmentTokens.groupId, groupId));
  await tx
    .update(enrollmentTokens)
    .set({ expiresAt: sql`LEAST(${enrollmentTokens.expiresAt}, ${until.toISOString()}::timestamptz)` })
    .where(ofGroup);
  await tx.delete(enrollmentTokens).where(and(ofGroup, lte(enrollmentTokens.expiresAt, now)));
}

/** Deletes the former gateway tokens: after a new one is set, no other works. */
export async function endFormerGatewayTokens(tx: Transaction, tenantId: number): Promise<void> {
  const defaultGroup = tx
    .select({ id: enrollmentGroups.id })
    .from(enrollmentGroups)
    .where(and(eq(enrollmentGroups.tenantId, tenantId), enrollmentGroups.isDefault));
  await tx
    .delete(enrollmentTokens)
    .where(and(eq(enrollmentTokens.tenantId, tenantId), inArray(enrollmentTokens.groupId, defaultGroup)));
}
