import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, createServedTenant, graphql, startTestServer } from '../../../support/server.ts';

let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const TOKEN = 'the-old-token';

async function handedOver() {
  const [seller, buyer] = [await createServedTenant(server), await createServedTenant(server)];
  const targets = ['d', 'e'].map((id) => ({ controllerId: id, name: 'of Ann', securityToken: TOKEN }));
  await seller.admin('/rest/v1/targets', { method: 'POST', json: targets });
  const of = await graphql(
    seller.admin,
    '{ d: targetByControllerId(controllerId: "d") { id claimCode { id } } }',
  );
  expect(of.d.claimCode).toBeNull();
  const { createClaimCode } = await graphql(
    seller.admin,
    `mutation { createClaimCode(input: { id: "${of.d.id}" }) { code expiresAt userErrors { code } } }`,
  );
  const { claimTarget } = await graphql(
    buyer.admin,
    `mutation { claimTarget(input: { code: "${createClaimCode.code}" }) { target { id name securityToken } userErrors { code } } }`,
  );
  const ask = (path: string, { token = TOKEN, ...init }: { token?: string } & Record<string, unknown> = {}) =>
    clientOf(server)(path, {
      headers: { authorization: `TargetToken ${token}` },
      ...init,
    });
  return {
    seller,
    buyer,
    claimTarget,
    ask,
    old: `/${seller.name}/controller/v1/d`,
    now: `/${buyer.name}/controller/v1/d`,
  };
}

describe('a target that changes hands', () => {
  it("is the new tenant's, and the history of the old one", async () => {
    const { seller, buyer, claimTarget } = await handedOver();
    expect(claimTarget).toMatchObject({ target: { name: 'd' }, userErrors: [] });
    expect(claimTarget.target.securityToken).toMatch(/^[0-9a-f]{32}$/);
    const left = await graphql(
      seller.admin,
      '{ targets(filter: "movedAt=gt=2020-01-01T00:00:00Z") { nodes { controllerId name movedAt } } }',
    );
    expect(left.targets.nodes).toEqual([{ controllerId: 'd', name: 'of Ann', movedAt: expect.any(String) }]);
    const got = await graphql(buyer.admin, '{ targets { nodes { controllerId movedAt } } }');
    expect(got.targets.nodes).toEqual([{ controllerId: 'd', movedAt: null }]);
  });

  it('is answered at its old address with links that lead back there', async () => {
    const { ask, old, now, buyer } = await handedOver();
    const poll = await ask(old);
    expect(poll.status).toBe(200);
    expect(poll.json._links.configData.href).toContain(`${old}/configData`);
    expect((await ask(now)).json._links.configData.href).toContain(`${now}/configData`);
    const json = { mode: 'merge', data: { hw: '7' } };
    expect((await ask(`${old}/configData`, { method: 'PUT', json })).status).toBe(200);
    const { targets } = await graphql(buyer.admin, '{ targets { nodes { attributes { key value } } } }');
    expect(targets.nodes).toEqual([{ attributes: [{ key: 'hw', value: '7' }] }]);
    expect((await ask(old, { token: 'wrong' })).status).toBe(401);
  });

  it('is redirected if its old tenant wants it so, whatever it asks', async () => {
    const { ask, old, now, seller } = await handedOver();
    await ask(old);
    await graphql(
      seller.admin,
      'mutation { setTenantConfiguration(input: { movedTargetRedirectEnabled: true }) { userErrors { code } } }',
    );
    for (const path of ['', '/deploymentBase/1?c=2', '/configData?x']) {
      const answer = await ask(old + path);
      expect([answer.status, new URL(answer.headers.get('location')!).pathname]).toEqual([
        308,
        (now + path).replace(/\?.*/, ''),
      ]);
      expect(answer.headers.get('location')).toContain(path);
      expect((await ask(old + path, { token: 'wrong' })).headers.get('location')).toBeNull();
    }
    const followed = await fetch(server.url + old, { headers: { authorization: `TargetToken ${TOKEN}` } });
    expect([followed.status, followed.redirected]).toEqual([200, true]);
  });

  it('is released with others by one code, which can be ended', async () => {
    const { seller, buyer } = await handedOver();
    const { releaseTargets } = await graphql(
      seller.admin,
      'mutation { releaseTargets(input: { targets: { filter: "id==*" } }) { code expiresAt affectedCount targets { nodes { controllerId claimCode { createdBy } } } job { id } userErrors { code } } }',
    );
    expect(releaseTargets).toMatchObject({
      code: expect.stringContaining('-'),
      affectedCount: 1,
      targets: { nodes: [{ controllerId: 'e', claimCode: { createdBy: 'boss' } }] },
      job: null,
      userErrors: [],
    });
    const { endClaimCodes } = await graphql(
      seller.admin,
      'mutation { endClaimCodes(input: { targets: { filter: "released==true" } }) { affectedCount userErrors { code } } }',
    );
    expect(endClaimCodes).toEqual({ affectedCount: 1, userErrors: [] });
    const claim = (code: string) =>
      graphql(
        buyer.admin,
        'mutation ($input: ClaimTargetInput!) { claimTarget(input: $input) { target { id } userErrors { code path } } }',
        { input: { code } },
      );
    const wrong = {
      claimTarget: { target: null, userErrors: [{ code: 'CLAIM_CODE_INVALID', path: ['code'] }] },
    };
    expect(await claim(releaseTargets.code)).toEqual(wrong);
    expect(await claim('nonsense')).toEqual(wrong);
    const { left } = await graphql(seller.admin, '{ left: targetByControllerId(controllerId: "d") { id } }');
    const refused = await graphql(
      seller.admin,
      `mutation { releaseTargets(input: { targets: { ids: ["${left.id}"] } }) { code userErrors { code path } } }`,
    );
    expect(refused.releaseTargets).toEqual({
      code: null,
      userErrors: [{ code: 'TARGET_NOT_FOUND', path: ['targets', 'ids', '0'] }],
    });
  });
});
