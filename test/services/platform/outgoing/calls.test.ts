import { expect, it } from 'vitest';
import { invalid } from '../../../../src/errors.ts';
import { openCalls } from '../../../../src/services/platform/outgoing/calls.ts';
import type { Outcome } from '../../../../src/services/platform/outgoing/request.ts';
import { ALONE } from '../../../support/alone.ts';

const MESSAGE = { id: '1', contentType: 'application/json', body: '{}', answerBytes: 100 };
const DOWN: Outcome = { status: 500, error: 'was answered 500' };
const FINE: Outcome = { status: 200, error: null, text: 'yes' };

/** Calls whose receiver answers as `say` says, by a clock that the test sets. */
function open(say: () => Outcome | Promise<Outcome>) {
  let now = 0;
  let sent = 0;
  const sender = {
    async send() {
      sent++;
      return say();
    },
    close() {},
  };
  const calls = openCalls(sender, { open: (text) => text }, ALONE, () => now);
  return {
    sent: () => sent,
    wait(ms: number) {
      now += ms;
    },
    call: (id = 1, evenResting = false, read = async (text: string) => text) =>
      calls.call({ key: { tenantId: 1, id }, url: 'x', secret: 'y' }, MESSAGE, read, { evenResting }),
  };
}

it('leaves a receiver alone after five failures, for longer each time, and then tries it once', async () => {
  let answer = DOWN;
  const { call, sent, wait } = open(() => answer);
  for (let n = 0; n < 5; n++) expect((await call()).kind).toBe('failed');
  expect(await call()).toEqual({ kind: 'resting', ms: 5_000 });
  expect((await call(2)).kind, 'another receiver').toBe('failed');
  wait(5_001);
  const [tried, other] = await Promise.all([call(), call()]);
  expect([tried.kind, other.kind]).toEqual(['failed', 'resting']);
  wait(5_001);
  expect(await call(), 'the rest is twice as long').toMatchObject({ kind: 'resting' });
  wait(5_001);
  answer = FINE;
  expect(await call()).toEqual({ kind: 'answered', value: 'yes' });
  const before = sent();
  answer = DOWN;
  for (let n = 0; n < 4; n++) await call();
  answer = FINE;
  expect((await call()).kind, 'the count begins again').toBe('answered');
  expect(sent()).toBe(before + 5);
});

it('asks one that is left alone where it is told to', async () => {
  let answer = DOWN;
  const { call } = open(() => answer);
  for (let n = 0; n < 5; n++) await call();
  answer = FINE;
  expect((await call(1, true)).kind).toBe('answered');
  expect((await call()).kind).toBe('answered');
});

it('counts an answer that means nothing as a failure, and an own fault not', async () => {
  const { call } = open(() => FINE);
  const refused = () => Promise.reject(invalid('decision: is missing'));
  expect(await call(1, false, refused)).toEqual({ kind: 'failed', reason: 'decision: is missing' });
  await expect(call(1, false, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
});

it('says what is wrong with an answer that is cut off', async () => {
  const { call } = open(() => ({ status: 200, error: null }));
  expect(await call()).toEqual({
    kind: 'failed',
    reason: 'its answer is not whole, or longer than 100 bytes',
  });
});

it('has at most eight calls to one receiver, and others meanwhile', async () => {
  const answers: ((outcome: Outcome) => void)[] = [];
  const { call } = open(() => new Promise<Outcome>((resolve) => answers.push(resolve)));
  const underWay = Array.from({ length: 8 }, () => call());
  expect(await call()).toEqual({ kind: 'busy' });
  const other = call(2);
  for (const answer of answers) answer(FINE);
  await Promise.all([...underWay, other]);
  const again = call();
  answers.at(-1)!(FINE);
  expect((await again).kind).toBe('answered');
});
