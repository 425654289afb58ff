import { expect, it } from 'vitest';
import { unauthenticated } from '../../../src/errors.ts';
import { networkOf, openAttempts } from '../../../src/services/access/attempts.ts';
import { ALONE } from '../../support/alone.ts';

/** Attempts under a clock that is moved by hand. */
function open() {
  let now = 1;
  const attempts = openAttempts(ALONE, () => now);
  const right = async () => 'in';
  const wrong = async (): Promise<string> => {
    throw unauthenticated();
  };
  const attempt = (account: string, address: string, check: () => Promise<string>) =>
    attempts.attempt({ account, address }, check).catch(({ code, details }) => details.retryAfter ?? code);
  return {
    guess: (account = 'boss', address = '192.0.2.1') => attempt(account, address, wrong),
    signIn: (account = 'boss', address = '192.0.2.1') => attempt(account, address, right),
    attempt,
    wait(seconds: number) {
      now += seconds * 1000;
    },
  };
}
const times = async <T>(count: number, work: (n: number) => Promise<T>) => {
  const results: T[] = [];
  for (let n = 0; n < count; n++) results.push(await work(n));
  return results;
};

it('lets somebody be wrong some times, and then wait longer and longer, a minute at most', async () => {
  const { guess, wait } = open();
  expect(await times(5, () => guess())).toEqual(Array(5).fill('UNAUTHENTICATED'));
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    expect(await guess()).toBe(seconds);
    wait(seconds);
    expect(await guess()).toBe('UNAUTHENTICATED');
  }
});

it('forgets what was wrong once it is right', async () => {
  const { guess, signIn } = open();
  await times(4, () => guess());
  expect(await signIn()).toBe('in');
  expect(await times(5, () => guess())).toEqual(Array(5).fill('UNAUTHENTICATED'));
});

it('shuts an account out for whoever guesses, and for nobody elsewhere', async () => {
  const { guess, signIn } = open();
  await times(6, () => guess());
  expect(await signIn()).toBe(1);
  expect(await signIn('boss', '192.0.2.2')).toBe('in');
  expect(await signIn('other')).toBe('in');
});

it('lets a network guess at fifty accounts, and then at one in two seconds', async () => {
  const { guess, signIn, wait } = open();
  expect(await times(50, (n) => guess(`user-${n}`))).toEqual(Array(50).fill('UNAUTHENTICATED'));
  expect(await guess('another')).toBe(2);
  wait(2);
  expect(await guess('another')).toBe('UNAUTHENTICATED');
  expect(await guess('yet another')).toBe(2);
  expect(await signIn('boss', '192.0.2.2'), 'another network').toBe('in');
});

it('counts attempts under way, so that many at the same time are no way around', async () => {
  const { attempt } = open();
  let fail = () => {};
  const failed = new Promise<string>((_, reject) => {
    fail = () => reject(unauthenticated());
  });
  const all = Array.from({ length: 20 }, () => attempt('boss', '192.0.2.1', () => failed));
  fail();
  const answers = await Promise.all(all);
  expect(answers.filter((answer) => answer === 'UNAUTHENTICATED')).toHaveLength(5);
});

it('does not count what failed for another reason', async () => {
  const { attempt, guess } = open();
  const broken = async (): Promise<string> => {
    throw Object.assign(new Error('down'), { code: 'DOWN', details: {} });
  };
  expect(await times(100, () => attempt('boss', '192.0.2.1', broken))).toEqual(Array(100).fill('DOWN'));
  expect(await guess()).toBe('UNAUTHENTICATED');
});

it('takes the first half of an IPv6 address for the network', () => {
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe(networkOf('2001:db8:1:2::1'));
  expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'));
  expect(networkOf('::ffff:192.0.2.1')).toBe(networkOf('192.0.2.1'));
});

it('slows down guesses from many networks, but not where the account has signed in from', async () => {
  const { guess, signIn, wait } = open();
  expect(await signIn('boss', '198.51.100.1')).toBe('in');
  const results = await times(102, (n) => guess('boss', `203.0.113.${n}`));
  expect(results.filter((result) => result === 'UNAUTHENTICATED')).toHaveLength(100);
  expect(results.at(-1)).toBe(60);
  expect(await signIn('boss', '203.0.113.200')).toBe(60);
  expect(await signIn('boss', '198.51.100.1'), 'a known network').toBe('in');
  expect(await signIn('other', '203.0.113.200'), 'another account').toBe('in');
  wait(60);
  expect(await signIn('boss', '203.0.113.200')).toBe('in');
});
