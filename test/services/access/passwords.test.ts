import { randomBytes, scryptSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashPassword, NO_PASSWORD, verifyPassword } from '../../../src/services/access/passwords.ts';

it('verifies the password a hash was made of, and no other', async () => {
  const hash = await hashPassword('pässword');
  expect(await verifyPassword('pässword', hash)).toBe(true);
  expect(await verifyPassword('Pässword', hash)).toBe(false);
  expect(await verifyPassword('', hash)).toBe(false);
});

it('salts: the same password never gives the same text', async () => {
  expect(await hashPassword('a-quiet-secret')).not.toBe(await hashPassword('a-quiet-secret'));
});

it('reads the costs from the text, so that they can change', async () => {
  const salt = randomBytes(16);
  const made = scryptSync('a-quiet-secret', salt, 64, { N: 1024, r: 4, p: 2 });
  const text = `$scrypt$ln=10,r=4,p=2$${salt.toString('base64')}$${made.toString('base64')}`;
  expect(await verifyPassword('a-quiet-secret', text)).toBe(true);
  expect(await verifyPassword('secret!', text)).toBe(false);
});

it('refuses to guess at a text that it cannot read', async () => {
  await expect(verifyPassword('a-quiet-secret', 'a-quiet-secret')).rejects.toThrow('cannot be read');
});

it('has a hash that no password fits and that costs as much as any', async () => {
  expect(await verifyPassword('', NO_PASSWORD)).toBe(false);
  const costs = /ln=\d+,r=\d+,p=\d+/;
  expect(costs.exec(NO_PASSWORD)?.[0]).toBe(costs.exec(await hashPassword('a-quiet-secret'))?.[0]);
});

it('refuses at once what would have to wait for too many others', async () => {
  const quick = '$scrypt$ln=1,r=1,p=1$c2FsdA==$aGFzaA==';
  const many = (name: string) => Array.from({ length: 50 }, () => verifyPassword('secret', quick, { name }));
  const answers = await Promise.allSettled([...many('one'), ...many('other')]);
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused, 'of each twenty may wait, beside the two under way').toHaveLength(58);
  expect(refused[0]?.reason).toMatchObject({ code: 'SIGN_IN_UNAVAILABLE', details: { retryAfter: 5 } });
  expect(await verifyPassword('secret', quick), 'later it goes on').toBe(false);
});

it('takes turns among those who wait, and lets who is known come first', async () => {
  const quick = '$scrypt$ln=1,r=1,p=1$c2FsdA==$aGFzaA==';
  // In the order of their beginning: a thread that gets no processor may end its hash as the last.
  const begun: string[] = [];
  const look = (name: string) => async () => {
    begun.push(name);
    return quick;
  };
  const verify = (turn: { name: string; urgent?: boolean }) =>
    verifyPassword('secret', look(turn.name), turn);
  await Promise.all([
    ...Array.from({ length: 20 }, () => verify({ name: 'greedy' })),
    verify({ name: 'modest' }),
    verify({ name: 'known', urgent: true }),
  ]);
  expect(begun.slice(0, 5)).toEqual(['greedy', 'greedy', 'known', 'greedy', 'modest']);
});

it('works off more hashes than run at once', async () => {
  const hash = await hashPassword('a-quiet-secret');
  const answers = await Promise.all([...'abcdefg'].map((end) => verifyPassword(`secre${end}`, hash)));
  expect(answers).toEqual(Array(7).fill(false));
  expect(await verifyPassword('a-quiet-secret', hash)).toBe(true);
});

it('looks nothing up for what it refuses, because too much waits', async () => {
  let lookUps = 0;
  const find = async () => {
    lookUps++;
    return NO_PASSWORD;
  };
  const answers = await Promise.allSettled(
    Array.from({ length: 50 }, () => verifyPassword('wrong', find, { name: 'b' })),
  );
  expect(lookUps).toBe(answers.filter(({ status }) => status === 'fulfilled').length);
  expect(lookUps).toBeLessThan(50);
});
