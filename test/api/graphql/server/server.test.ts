import { getIntrospectionQuery } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildConsole } from '../../../support/build.ts';
import { grantsOf } from '../../../support/grants.ts';
import { BODY_LIMIT, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();
const json = { 'content-type': 'application/json' };
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  door.send({ method: 'POST', headers: { ...door.authorization(), ...json, ...headers }, body });
const typename = JSON.stringify({ query: '{ __typename }' });

describe('signing in', () => {
  it.each([undefined, 'Basic nonsense', 'Bearer x'])(
    'is asked of %s, before the body is looked at',
    async (authorization) => {
      for (const body of [typename, '{', 'x'.repeat(BODY_LIMIT + 1)]) {
        const answer = await door.send({
          method: 'POST',
          headers: { ...json, ...(authorization && { authorization }) },
          body,
        });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Muster", charset="UTF-8"');
        expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(JSON.parse(answer.text)).toEqual({
          errors: [{ message: expect.any(String), extensions: { code: 'UNAUTHENTICATED' } }],
        });
      }
      const get = await door.send({ headers: { accept: 'application/json' } }, '?query={__typename}');
      expect(get.status).toBe(401);
    },
  );
});

describe('GraphQL over HTTP', () => {
  it.each([
    ['application/json', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ])('answers %s', async (accept, type) => {
    const answer = await post(typename, { accept });
    expect(answer).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('answers GET queries, and neither mutations nor what a browser sends from elsewhere', async () => {
    const get = (query: string, headers: object) =>
      door.send({ headers: { ...door.authorization(), ...headers } }, `?query=${encodeURIComponent(query)}`);
    expect((await get('{ __typename }', json)).data).toEqual({ __typename: 'Query' });
    expect((await get('{ __typename }', { 'apollo-require-preflight': 'x' })).status).toBe(200);
    expect((await get('{ __typename }', {})).status).toBe(400);
    const mutation = await get(
      'mutation { deleteTargets(input: { targets: { ids: [] } }) { deletedCount } }',
      json,
    );
    expect(mutation.status).toBe(405);
    expect(
      (await door.send({ method: 'PUT', headers: { ...door.authorization(), ...json }, body: '{}' })).status,
    ).toBe(405);
  });

  it.each([
    ['{', {}, 400, 'BAD_REQUEST'],
    ['', {}, 400, 'BAD_REQUEST'],
    ['null', {}, 400, 'BAD_REQUEST'],
    ['{}', {}, 400, 'BAD_REQUEST'],
    ['"x"', {}, 400, 'BAD_REQUEST'],
    ['{"query":1}', {}, 400, 'BAD_REQUEST'],
    ['{"query":"{__typename}","variables":"x"}', {}, 400, 'BAD_REQUEST'],
    [`[${typename}]`, {}, 400, 'BAD_REQUEST'],
    ['{"query":"{"}', {}, 400, 'GRAPHQL_PARSE_FAILED'],
    ['{"query":"{ nothing }"}', {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      JSON.stringify({
        query: 'query ($n: Int) { targets(first: $n) { totalCount } }',
        variables: { n: 'x' },
      }),
      {},
      400,
      'BAD_USER_INPUT',
    ],
    ['{"query":"query A { __typename }","operationName":"B"}', {}, 400, 'OPERATION_RESOLUTION_FAILURE'],
    [typename, { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [typename, { 'content-type': 'application/json; charset=utf-16' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [typename, { 'content-encoding': 'compress' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [typename, { accept: 'text/html' }, 406, 'NOT_ACCEPTABLE'],
    [JSON.stringify({ query: `{ __typename } # ${'x'.repeat(BODY_LIMIT)}` }), {}, 413, 'BODY_TOO_LARGE'],
  ] as [string, Record<string, string>, number, string][])(
    'refuses %.40s with %j',
    async (body, headers, status, code) => {
      const answer = await post(body, headers);
      expect([answer.status, codesOf(answer)]).toEqual([status, [code]]);
      expect(door.logged).toEqual([]);
    },
  );

  it('tells of some wrong values, shortly, and logs none', async () => {
    const query = 'query ($o: [TargetOrder!]) { targets(orderBy: $o) { totalCount } }';
    const answer = await door.as()(query, { o: Array(1_000).fill('x'.repeat(1_000)) });
    expect(answer.status).toBe(400);
    expect(new Set(codesOf(answer))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(answer.errors.length).toBeLessThan(10);
    for (const { message } of answer.errors) expect(message.length).toBeLessThan(1_000);
    expect(door.logged).toEqual([]);
  });

  it('refuses bytes that are no UTF-8', async () => {
    expect((await post(new Uint8Array([0x7b, 0xff, 0x7d]))).status).toBe(400);
  });

  it('shows its schema', async () => {
    const { data, errors } = await door.as([])(getIntrospectionQuery());
    expect(errors).toEqual([]);
    expect(data.__schema.queryType.name).toBe('Query');
  });

  it('hides what went wrong inside, and logs it', async () => {
    const { caller, ...rest } = door.tenant.contextOf();
    const nobody = door.asCaller({ ...rest, caller: { ...caller, tenantId: 2 ** 60 } });
    const answer = await nobody('{ targets { totalCount } }');
    expect(codesOf(answer)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(answer.errors[0].message).toBe('Something went wrong here; it was logged.');
    expect(answer.text).not.toMatch(/stack|tenant|node_modules/);
    expect(door.logged).toHaveLength(1);
  });
});

describe('limits', () => {
  const aliases = (count: number, field: string) =>
    `{ viewer { ${Array.from({ length: count }, (_, i) => `a${i}: ${field}`).join(' ')} } }`;
  const nested = (depth: number) =>
    `{ __schema { ${'types { fields { type { '.repeat(depth)} name ${'} } } '.repeat(depth)} } }`;

  it.each([
    ['aliases', aliases(51, 'username'), 'DOCUMENT_LIMIT_EXCEEDED'],
    ['fields at the top', `{ ${'viewer { username } '.repeat(21)} }`, 'DOCUMENT_LIMIT_EXCEEDED'],
    [
      'fields at the top, in fragments',
      `{ ...a } fragment a on Query { ${'...b '.repeat(5)} } fragment b on Query { ${'viewer { username } '.repeat(5)} }`,
      'DOCUMENT_LIMIT_EXCEEDED',
    ],
    ['fields', `{ viewer { ${'username '.repeat(2001)} } }`, 'DOCUMENT_LIMIT_EXCEEDED'],
    [
      'fields in fragments',
      `{ viewer { ${'...a '.repeat(50)} } } fragment a on Viewer { ${'username '.repeat(50)} }`,
      'DOCUMENT_LIMIT_EXCEEDED',
    ],
    ['depth', `{ viewer { ${'x { '.repeat(12)} y ${'} '.repeat(12)} } }`, 'DOCUMENT_LIMIT_EXCEEDED'],
    ['depth of introspection', nested(8), 'DOCUMENT_LIMIT_EXCEEDED'],
    [
      'depth beyond the stack',
      `{ me ${'{ a '.repeat(9_000)} ${'} '.repeat(9_000)} }`,
      'DOCUMENT_LIMIT_EXCEEDED',
    ],
    [
      'lists beyond the stack',
      `{ targets(filter: ${'['.repeat(19_000)}) { totalCount } }`,
      'DOCUMENT_LIMIT_EXCEEDED',
    ],
    ['tokens', `{ ${'viewer { username } '.repeat(6_000)} }`, 'GRAPHQL_PARSE_FAILED'],
    [
      'cost',
      '{ a: targets(first: 500) { ...t } b: targets(first: 500) { ...t } } fragment t on TargetConnection { nodes { ...n } edges { node { ...n } } } fragment n on Target { controllerId name description address group createdAt createdBy lastModifiedAt lastModifiedBy overdue attributes { key value } b: attributes { key value } c: attributes { key value } targetType { id key name } }',
      'COST_LIMIT_EXCEEDED',
    ],
  ])('refuses too much: %s', async (_, query, code) => {
    const before = door.statements;
    const answer = await door.as()(query);
    expect([answer.status, codesOf(answer)]).toEqual([400, [code]]);
    expect(door.statements).toBe(before);
    expect(door.logged).toEqual([]);
  });

  it.each([
    [
      'a list',
      { input: { targets: { ids: Array(10_001).fill('a') } } },
      /"\$input" has a list of more than 10000 values in "ids"/,
    ],
    [
      'a text',
      { input: { filter: 'x'.repeat(100_001) } },
      /"\$input" has a text of more than 100000 characters in "filter"/,
    ],
    [
      'lists',
      { input: { targets: { ids: Array(4).fill(Array(9_000).fill('a')) } } },
      /more than 30000 values/,
    ],
  ] as [string, object, RegExp][])('refuses too much in variables: %s', async (_, variables, message) => {
    const query = 'mutation ($input: DeleteTargetsInput!) { deleteTargets(input: $input) { deletedCount } }';
    const before = door.statements;
    const answer = await door.as()(query, variables);
    expect([answer.status, codesOf(answer)]).toEqual([400, ['VARIABLES_LIMIT_EXCEEDED']]);
    expect(answer.errors[0].message).toMatch(message);
    expect(door.statements).toBe(before);
  });

  it('takes as many rows as a list may have, but not with many fields of each', async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => ({ controllerId: `row-${n}` }));
    const create = (fields: string) =>
      `mutation ($rows: [TargetInput!]!) { createTargets(input: { targets: $rows, dryRun: true }) { targets { ${fields} } userErrors { message } } }`;
    const ask = door.as();
    expect((await ask(create('controllerId'), { rows })).data.createTargets.userErrors).toEqual([]);
    const many = await ask(
      create(
        'id controllerId name description address group overdue createdAt createdBy lastModifiedAt lastModifiedBy',
      ),
      { rows },
    );
    expect([many.status, codesOf(many)]).toEqual([400, ['COST_LIMIT_EXCEEDED']]);
  });

  it('counts what variables ask for, each time anew', async () => {
    const query = `query ($n: Int) { targets(first: $n) { ${Array.from({ length: 13 }, (_, i) => `n${i}: nodes { attributes { key value } }`).join(' ')} } }`;
    const ask = door.as();
    expect(codesOf(await ask(query, { n: 500 }))).toEqual(['COST_LIMIT_EXCEEDED']);
    expect(codesOf(await ask(query, { n: 10 }))).toEqual([]);
    expect(codesOf(await ask(query, { n: 500 }))).toEqual(['COST_LIMIT_EXCEEDED']);
  });

  it('lets a page of 500 with everything pass, and the introspection of GraphiQL', async () => {
    const ask = door.as();
    const { data } = await ask(
      '{ __type(name: "Target") { fields { name type { kind ofType { kind ofType { kind } } } } } }',
    );
    const names = data.__type.fields
      .map(({ name }: { name: string }) => name)
      .filter(
        (name: string) =>
          ![
            'attributes',
            'targetType',
            'tags',
            'metadata',
            'autoConfirm',
            'tokenRotation',
            'claimCode',
            'credential',
            'certificate',
            'certificates',
            'enrollmentGroup',
            'assignedDistributionSet',
            'installedDistributionSet',
            'newestCompatibleSet',
            'nextPollAnswer',
            'viewerCan',
            'actions',
            'timeline',
          ].includes(name),
      );
    const fields = `${names.join(' ')} enrollmentGroup { id name } credential { kind lastUsedAt expiresAt } tokenRotation { rotatedAt rotatedBy overlapEndsAt } attributes { key value } targetType { id key name description color createdAt createdBy lastModifiedAt lastModifiedBy } tags { id name description color createdAt createdBy lastModifiedAt lastModifiedBy } metadata { key value } autoConfirm { active initiator remark activatedAt } assignedDistributionSet { id name version } installedDistributionSet { id name version } newestCompatibleSet { id name version }`;
    const once =
      'claimCode { expiresAt createdAt createdBy } nextPollAnswer { sleep actionId links { rel href } } viewerCan { update delete assignDistributionSet readToken rotateToken }';
    const answer = await ask(
      `{ targets(first: 500) { totalCount nodes { ${fields} ${once} } edges { cursor node { ${fields} } } pageInfo { hasNextPage endCursor } } }`,
    );
    expect(answer.errors).toEqual([]);
    expect(
      (await ask(aliases(50, 'username'))).errors.map(({ extensions }) => extensions.code),
    ).not.toContain('DOCUMENT_LIMIT_EXCEEDED');
    expect(
      (
        await ask(
          getIntrospectionQuery({
            inputValueDeprecation: true,
            directiveIsRepeatable: true,
            oneOf: true,
          } as object),
        )
      ).status,
    ).toBe(200);
  });

  it('are kept by documents it has met before', async () => {
    const ask = door.as();
    for (let time = 0; time < 2; time++) {
      expect(codesOf(await ask(aliases(51, 'username')))).toEqual(['DOCUMENT_LIMIT_EXCEEDED']);
      expect(codesOf(await ask('{ nothing }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
      expect((await ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
    }
  });
});

describe('GraphiQL', () => {
  beforeAll(buildConsole);

  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  it('is served to browsers, without anything from elsewhere', async () => {
    const page = await door.send({ headers: { accept } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/https?:|unsafe-eval/);
    expect(page.text).not.toMatch(/https?:\/\//);
    expect(page.text).not.toMatch(/<script(?![^>]*src=)/);

    const links = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, link]) => link!);
    expect(links).toHaveLength(4);
    for (const link of links) {
      const asset = await fetch(new URL(link, door.url));
      expect([link, asset.status]).toEqual([link, 200]);
      expect(asset.headers.get('content-type')).toMatch(link.includes('.css') ? /text\/css/ : /javascript/);
      expect(asset.headers.get('cache-control')).toContain('immutable');
      expect((await asset.text()).length).toBeGreaterThan(20);
    }
  });

  it('serves no other files', async () => {
    for (const path of ['package.json', '..%2fpackage.json', 'constructor', '__proto__', 'index.html'])
      expect((await door.send({}, `/assets/${path}`)).status).toBe(404);
  });
});

it('tells who is signed in, also by a token that names no account', async () => {
  const { caller, ...rest } = door.tenant.contextOf(['READ_TARGET', 'UPDATE_TARGET/group==eu']);
  const until = new Date('2030-01-01T00:00:00Z');
  const ask = door.asCaller({ ...rest, caller: { ...caller, kind: 'TOKEN', until } });
  const { data } = await ask(
    '{ viewer { username tenant kind apiKey builtInRoles grants { permission filter } expiresAt } }',
  );
  expect(data.viewer).toEqual({
    username: 'tester',
    tenant: door.tenant.name,
    kind: 'TOKEN',
    apiKey: null,
    builtInRoles: [],
    grants: grantsOf('READ_TARGET', 'UPDATE_TARGET/group==eu', 'READ_TARGET_TYPE'),
    expiresAt: '2030-01-01T00:00:00.000Z',
  });
});
