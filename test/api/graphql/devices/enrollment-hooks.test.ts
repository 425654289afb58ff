import { expect, it } from 'vitest';
import { hookServer } from '../../../services/devices/enrollment-hooks/support.ts';
import { openTestDoor } from '../support.ts';

const door = openTestDoor();

it('sets, tests and deletes the hook of a group', async () => {
  const ask = door.as();
  const created = await ask(`mutation {
    createEnrollmentGroup(input: { name: "plant" }) { enrollmentGroup { id hook { url } } }
  }`);
  const { id, hook: none } = created.data.createEnrollmentGroup.enrollmentGroup;
  expect(none).toBeNull();
  const hook = await hookServer(() => ({ decision: 'hold', reason: 'not paid', tags: [] }));

  const set = `mutation ($input: SetEnrollmentHookInput!) {
    setEnrollmentHook(input: $input) {
      enrollmentGroup { hook { url timeout onFailure createdBy } } secret userErrors { code message path }
    }
  }`;
  const missing = await ask(set, { input: { groupId: id } });
  expect(missing.data.setEnrollmentHook.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['url'] }]);
  const first = await ask(set, { input: { groupId: id, url: hook.url } });
  expect(first.data.setEnrollmentHook).toMatchObject({
    enrollmentGroup: { hook: { url: hook.url, timeout: '00:00:03', onFailure: 'WAIT' } },
    secret: expect.stringMatching(/^whsec_/),
    userErrors: [],
  });
  const changed = await ask(set, { input: { groupId: id, timeout: '00:00:05', onFailure: 'HOLD' } });
  expect(changed.data.setEnrollmentHook).toMatchObject({
    enrollmentGroup: { hook: { url: hook.url, timeout: '00:00:05', onFailure: 'HOLD' } },
    secret: null,
  });
  for (const input of [
    { timeout: '00:00:11' },
    { timeout: 'x' },
    { url: 'http://user:pass@127.0.0.1/' },
    { url: 'ftp://x/' },
  ]) {
    const refused = await ask(set, { input: { groupId: id, ...input } });
    expect(refused.data.setEnrollmentHook.userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: [Object.keys(input)[0]] },
    ]);
  }

  const test = `mutation ($id: ID!) {
    testEnrollmentHook(input: { groupId: $id, device: "a" }) {
      decision reason given error userErrors { code path }
    }
  }`;
  expect((await ask(test, { id })).data.testEnrollmentHook).toEqual({
    decision: 'HOLD',
    reason: 'not paid',
    given: { tags: [] },
    error: null,
    userErrors: [],
  });
  expect(hook.asked[0]!.body).toMatchObject({ controllerId: 'a', test: true });

  const remove = `mutation ($id: ID!) {
    clearEnrollmentHook(input: { groupId: $id }) { enrollmentGroup { hook { url } } userErrors { code path } }
  }`;
  expect((await ask(remove, { id })).data.clearEnrollmentHook).toEqual({
    enrollmentGroup: { hook: null },
    userErrors: [],
  });
  const gone = [{ code: 'ENROLLMENT_HOOK_NOT_FOUND', path: ['groupId'] }];
  expect((await ask(remove, { id })).data.clearEnrollmentHook.userErrors).toEqual(gone);
  expect((await ask(test, { id })).data.testEnrollmentHook.userErrors).toEqual(gone);
});
