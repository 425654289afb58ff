import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, createServedTenant, graphql, startTestServer } from '../../../support/server.ts';

let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe('rotated tokens', () => {
  it('are listed until their devices use them', async () => {
    const { name, admin } = await createServedTenant(server);
    await admin('/rest/v1/targets', {
      method: 'POST',
      json: ['a', 'b'].map((id) => ({ controllerId: id, name: id, securityToken: `${id}-0` })),
    });
    const poll = (id: string, token: string) =>
      clientOf(server)(`/${name}/controller/v1/${id}`, {
        headers: { authorization: `TargetToken ${token}` },
      });

    const { rotateTargetTokens } = await graphql(
      admin,
      'mutation { rotateTargetTokens(input: { targets: { filter: "id==*" }, overlap: "00:01:00" }) { affectedCount userErrors { code } } }',
    );
    expect(rotateTargetTokens).toEqual({ affectedCount: 2, userErrors: [] });
    const list = () =>
      graphql(
        admin,
        '{ pendingTokenRotations { totalCount nodes { controllerId securityToken tokenRotation { rotatedBy overlapEndsAt } } } }',
      );
    const { pendingTokenRotations } = await list();
    expect(pendingTokenRotations).toMatchObject({
      totalCount: 2,
      nodes: ['a', 'b'].map((controllerId) => ({
        controllerId,
        tokenRotation: { rotatedBy: 'boss', overlapEndsAt: expect.any(String) },
      })),
    });

    expect((await poll('a', 'a-0')).status).toBe(200);
    expect((await poll('a', pendingTokenRotations.nodes[0].securityToken)).status).toBe(200);
    expect((await poll('a', 'a-0')).status).toBe(401);
    expect((await poll('b', 'b-0')).status).toBe(200);
    expect(
      (await list()).pendingTokenRotations.nodes.map((node: { controllerId: string }) => node.controllerId),
    ).toEqual(['b']);
    expect(
      await graphql(
        admin,
        '{ target: targetByControllerId(controllerId: "a") { tokenRotation { rotatedAt } } }',
      ),
    ).toEqual({
      target: { tokenRotation: null },
    });
    expect(server.errors).toEqual([]);
  });

  it('are refused an overlap that is none', async () => {
    const { admin } = await createServedTenant(server);
    const { rotateTargetTokens } = await graphql(
      admin,
      'mutation { rotateTargetTokens(input: { targets: { ids: [] }, overlap: "-00:01:00" }) { userErrors { code path } } }',
    );
    expect(rotateTargetTokens.userErrors).toEqual([{ code: 'INVALID_INPUT', path: ['overlap'] }]);
  });
});
