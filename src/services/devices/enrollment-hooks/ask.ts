import { hash, randomUUID } from 'node:crypto';
import type { GivenByHook } from '../../../database/tables/enrollment.ts';
import { enrollmentHookBusy } from '../../../errors.ts';
import { added, type FieldChanges } from '../../platform/audit/record.ts';
import type { Tenant } from '../../platform/tenants/registry.ts';
import { boundedCache } from '../../shared/bounded-cache.ts';
import type { ActorContext, Platform } from '../../shared/context.ts';
import { type HookAnswer, readAnswer } from './answer.ts';
import type { HookRules } from './rules.ts';

/** Who wants to become a target: all that a hook is told of it. */
export interface Question {
  tenant: Tenant;
  hook: HookRules;
  controllerId: string;
  /** From where it comes. */
  address: string | null;
  /** Of the certificate it shows. */
  certificateSubject: string | null;
}

/** What is to become of a device. */
export type Say =
  | { kind: 'allow'; given: GivenByHook }
  | { kind: 'deny' }
  | { kind: 'hold'; given: GivenByHook | null; reason: string | null };

/** What the audit trail keeps of it. */
export const told = (say: Say): FieldChanges => ({
  hook: { new: say.kind },
  ...(say.kind === 'hold' && say.reason && { reason: { new: say.reason } }),
  ...(say.kind !== 'deny' && say.given && added(say.given)),
});

type Outcome = HookAnswer['decision'] | 'failed' | 'busy' | 'resting';

export interface Hooks {
  /**
   * Asks the hook about a device, which is recorded as `device`, and remembers for a while what it said to that very
   * question. No transaction may be open: it takes as long as the hook takes.
   * @returns what it says, and whether it was asked for that
   * @throws TOO_MANY_REQUESTS where the hook doesn't say, and the device is to come again
   */
  ask(device: ActorContext, question: Question): Promise<{ say: Say; isNew: boolean }>;
  /** Whether the device is held, so that nobody needs to be asked now. */
  holds(question: Question): boolean;
  /** Calls by outcome, since the start. */
  counts: ReadonlyMap<string, number>;
}

/** How long an answer is good for: a device that polls isn't asked about each time. */
const REMEMBERED_MS = 300_000;
/** The same where the hook didn't say; up to twice as long, so that devices don't come back together. */
const FAILED_MS = 30_000;
const MOST_REMEMBERED = 20_000;
/** In bytes: thousands of pending targets keep theirs, and may be approved together. */
const LONGEST_ANSWER = 16_384;

interface Remembered {
  hook: HookRules;
  until: number;
  /** Undefined where the device is to come again. */
  say: Say | undefined;
}

export function openHooks(platform: Pick<Platform, 'calls' | 'clock' | 'database' | 'refusals'>): Hooks {
  const remembered = boundedCache<string, Remembered>(MOST_REMEMBERED);
  /** Of a device that asks again meanwhile there is one call. */
  const underWay = new Map<string, { hook: HookRules; learning: Promise<Remembered> }>();
  const counts = new Map<string, number>();
  const now = () => platform.clock().getTime();
  const recall = (key: string, { hook }: Question) => {
    const known = remembered.get(key);
    // After a change of the hook there is another object.
    return known?.hook === hook && now() < known.until ? known : undefined;
  };
  const learn = async (device: ActorContext, question: Question): Promise<Remembered> => {
    const { outcome, say, forMs } = await callHook(platform, device, question);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    return { hook: question.hook, until: now() + forMs, say };
  };
  const askOnce = (key: string, device: ActorContext, question: Question) => {
    const { hook } = question;
    const asked = underWay.get(key);
    if (asked?.hook === hook) return asked.learning;
    const call = { hook, learning: learn(device, question) };
    underWay.set(key, call);
    const end = () => underWay.get(key) === call && underWay.delete(key);
    call.learning.then(end, end);
    return call.learning;
  };

  return {
    counts,
    async ask(device, question) {
      const key = keyOf(question);
      const recalled = recall(key, question);
      const known = recalled ?? (await askOnce(key, device, question));
      remembered.set(key, known);
      if (!known.say) throw enrollmentHookBusy((known.until - now()) / 1000);
      return { say: known.say, isNew: !recalled };
    },
    holds: (question) => recall(keyOf(question), question)?.say?.kind === 'hold',
  };
}

/**
 * An answer is good for the question that was asked only: else whoever has a token of the group could have a hook say of
 * them what then counts for somebody else.
 */
const keyOf = (question: Question) => hash('sha256', bodyOf(question), 'base64');

interface Learned {
  outcome: Outcome;
  say: Say | undefined;
  forMs: number;
}

async function callHook(
  { calls, database, refusals }: Pick<Platform, 'calls' | 'database' | 'refusals'>,
  device: ActorContext,
  question: Question,
): Promise<Learned> {
  const { tenant, hook } = question;
  const { tenantId } = tenant;
  const note = (type: 'enrollment-hook.denied' | 'enrollment-hook.failed', reason: string | null) => {
    const changes = reason ? { changes: { reason: { new: reason } } } : {};
    refusals.note(device, { type, subject: hook.groupName, ...changes });
  };
  const called = await calls.call(receiverOf(tenantId, hook), messageOf(question), (text) =>
    readAnswer(database, tenantId, text),
  );
  if (called.kind === 'busy') return { outcome: 'busy', say: undefined, forMs: spread(1_000) };
  if (called.kind === 'answered') {
    const { decision, reason, given } = called.value;
    if (decision === 'deny') note('enrollment-hook.denied', reason);
    const say: Say = decision === 'deny' ? { kind: 'deny' } : { kind: decision, given, reason };
    return { outcome: decision, say, forMs: REMEMBERED_MS };
  }
  if (called.kind === 'failed') note('enrollment-hook.failed', called.reason);
  const say: Say | undefined =
    hook.onFailure === 'hold'
      ? { kind: 'hold', given: null, reason: 'The hook does not answer.' }
      : undefined;
  return { outcome: called.kind, say, forMs: spread(called.kind === 'failed' ? FAILED_MS : called.ms) };
}

const spread = (ms: number) => ms * (1 + Math.random());

export const receiverOf = (tenantId: number, { groupId, url, secret }: HookRules) => ({
  key: { tenantId, id: groupId },
  url,
  secret,
});

/** What a hook is asked. */
export const messageOf = (question: Question, isTest = false) => ({
  id: randomUUID(),
  contentType: 'application/json; charset=utf-8',
  body: bodyOf(question, isTest),
  answerBytes: LONGEST_ANSWER,
  patienceMs: question.hook.timeoutSeconds * 1_000,
});

const bodyOf = ({ tenant, hook, controllerId, address, certificateSubject }: Question, isTest = false) =>
  JSON.stringify({
    tenant: tenant.name,
    controllerId,
    enrollmentGroup: { id: String(hook.groupId), name: hook.groupName },
    address,
    certificateSubject,
    ...(isTest && { test: true }),
  });
