import { describe, expect, it } from 'vitest';
import { openTestDoor } from '../support.ts';

const door = openTestDoor();

const SELECTION = 'userErrors { code path message }';
const NO_PLACE = { position: null, length: null, expected: null, suggestion: null, refusedTargets: null };

describe('all faults of an input are told at once', () => {
  it('of one thing', async () => {
    const input = { name: '', description: 'x'.repeat(513), registrationLimit: -1 };
    const query = `mutation ($input: CreateEnrollmentGroupInput!) { createEnrollmentGroup(input: $input) { ${SELECTION} } }`;
    const { userErrors } = (await door.as()(query, { input })).data.createEnrollmentGroup;
    const fields = userErrors.map(({ path }: { path: string[] }) => path.join('.'));
    expect(fields.sort()).toEqual(['description', 'name', 'registrationLimit']);
    for (const { code, message } of userErrors) {
      expect(code).toBe('INVALID_INPUT');
      expect(message).not.toMatch(/^(name|description|registrationLimit):/);
    }
  });

  it('of rows, also what only the stored data tells', async () => {
    const targets = [
      { controllerId: '', name: 'x'.repeat(129) },
      { controllerId: 'a' },
      { controllerId: 'taken' },
      { controllerId: 'b', targetTypeId: 'none' },
    ];
    const query = `mutation ($targets: [TargetInput!]!) { createTargets(input: { targets: $targets }) { ${SELECTION} targets { controllerId } } }`;
    await door.as()(query, { targets: [{ controllerId: 'taken' }] });
    const answer = (await door.as()(query, { targets })).data.createTargets;
    expect(answer.targets).toEqual([]);
    expect(answer.userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['targets', '0', 'controllerId'] },
      { code: 'INVALID_INPUT', path: ['targets', '0', 'name'] },
      { code: 'TARGET_ALREADY_EXISTS', path: ['targets', '2', 'controllerId'] },
      { code: 'TARGET_TYPE_NOT_FOUND', path: ['targets', '3', 'targetTypeId'] },
    ]);
    expect((await door.as()('{ targets { totalCount } }')).data.targets.totalCount).toBe(1);
  });
});

describe('a fault of a filter', () => {
  const WHOLE = 'code message path position length expected suggestion';
  const fault = {
    code: 'FILTER_FIELD_UNKNOWN',
    path: ['filter'],
    position: 0,
    length: 11,
    expected: 'a field',
    suggestion: 'updateStatus',
  };

  it('says where it is and what was perhaps meant, in a payload', async () => {
    const query = `mutation { deleteTargets(input: { targets: { filter: "updatestats==error" } }) { userErrors { ${WHOLE} } } }`;
    expect((await door.as()(query)).data.deleteTargets.userErrors).toMatchObject([
      { ...fault, path: ['targets', 'filter'] },
    ]);
  });

  it('is told in the same shape of an argument of a query', async () => {
    const { errors } = await door.as()('{ targets(filter: "updatestats==error") { totalCount } }');
    expect(errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', userErrors: [fault] });
    const other = await door.as()('{ targets(first: 501) { nodes { controllerId } } }');
    expect(other.errors[0].extensions.userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['first'], message: 'must be from 0 to 500', ...NO_PLACE },
    ]);
  });
});

describe('the cost of an operation', () => {
  it('is in the extensions of its answer, interpreted and compiled', async () => {
    const ask = door.as();
    for (let time = 0; time < 5; time++) {
      const { text } = await ask('query Costs { targets(first: 10) { nodes { controllerId name } } }');
      const { cost } = JSON.parse(text).extensions;
      expect(cost.asked).toBeGreaterThan(20);
      expect(cost.asked).toBeLessThan(cost.limit);
    }
  });

  it('is in those of the error of what is refused', async () => {
    const row = `a: attributes { key value } b: attributes { key value } c: attributes { key value }`;
    const list = `targets(first: 500) { nodes { ${row} } edges { node { ${row} } } }`;
    const { errors } = await door.as()(`{ x: ${list} y: ${list} z: ${list} }`);
    expect(errors[0].extensions.cost.asked).toBeGreaterThan(errors[0].extensions.cost.limit);
  });
});
