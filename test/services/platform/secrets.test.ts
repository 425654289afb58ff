import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { createTargets } from '../../../src/services/fleet/targets/create.ts';
import { findTarget } from '../../../src/services/fleet/targets/find.ts';
import { rotateTargetTokens } from '../../../src/services/fleet/targets/rotate-tokens.ts';
import { requireSecretKeys } from '../../../src/services/platform/secrets/keys.ts';
import { countOutdated, rewriteSecrets } from '../../../src/services/platform/secrets/rewrite.ts';
import { openSecrets } from '../../../src/services/shared/secrets.ts';
import { createMigratedDatabase } from '../../support/database.ts';
import { newTenant, openTestPlatform, type TestPlatform } from '../../support/platform.ts';
import { type Client, clientOf, createServedTenant, graphql, startOwnServer } from '../../support/server.ts';

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const [first, second] = [randomBytes(32), randomBytes(32)];

/** Every row of every table, as text. */
async function dump({ client }: Pick<TestPlatform, 'client'>): Promise<string> {
  const tables = await client<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const texts = [];
  for (const { name } of tables)
    for (const { text } of await client.unsafe(`/* of a test */ SELECT t::text AS text FROM "${name}" AS t`))
      texts.push(text);
  return texts.join('\n');
}

const makeWebhook = async (admin: Client) =>
  (
    await graphql(
      admin,
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret userErrors { message } } }',
      { input: { name: 'w', url: 'https://example.org/' } },
    )
  ).createWebhook.secret as string;

describe('with MUSTER_SECRET_KEY', () => {
  it('no table has a secret in clear, and all doors show and take them as before', async () => {
    const server = await startOwnServer({
      MUSTER_SECRET_KEY: first.toString('hex'),
      MUSTER_DDI_GATEWAY_TOKEN_ENABLED: 'true',
    });
    ends.push(server.stop);
    const { admin, name } = await createServedTenant(server);
    const device = (id: string, authorization: string) =>
      clientOf(server, authorization)(`/${name}/controller/v1/${id}`);
    const tokens = ['given', 'updated', 'imported', 'refused'].map(
      (word) => `${word}-${randomBytes(12).toString('hex')}`,
    );
    const [given, updated, imported, refused] = tokens as [string, string, string, string];

    const made = await admin('/rest/v1/targets', {
      method: 'POST',
      json: [
        { controllerId: 'a', name: 'a', securityToken: given },
        { controllerId: 'b', name: 'b' },
      ],
    });
    expect(made.json[0].securityToken).toBe(given);
    expect((await device('a', `TargetToken ${given}`)).status).toBe(200);
    await admin('/rest/v1/targets/a', { method: 'PUT', json: { securityToken: updated } });
    expect((await admin('/rest/v1/targets/a')).json.securityToken).toBe(updated);
    expect((await device('a', `TargetToken ${given}`)).status).toBe(401);
    expect((await device('a', `TargetToken ${updated}`)).status).toBe(200);

    const csv = `controllerId,securityToken,group\nc,${imported},x\nd d,${refused},x\n`;
    const file = await admin('/imports', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    });
    expect(file.json, file.text).toMatchObject({ rows: { created: 1, refused: 1 } });
    expect((await device('c', `TargetToken ${imported}`)).status).toBe(200);
    expect((await admin('/exports')).text).toContain(imported);
    const rows = await admin(`/imports/${file.json.id}/refused`);
    expect(rows.text).toContain(refused);

    const { generateGatewayToken } = await graphql(
      admin,
      'mutation { generateGatewayToken(input: {}) { token } }',
    );
    const gateway = generateGatewayToken.token as string;
    expect((await device('e', `GatewayToken ${gateway}`)).status).toBe(200);
    const configuration = await admin('/rest/v1/system/configs/authentication.gatewaytoken.key');
    expect(configuration.json.value).toBe(gateway);
    const enrolled = (await admin('/rest/v1/targets/e')).json.securityToken as string;
    expect((await device('e', `TargetToken ${enrolled}`)).status).toBe(200);
    const generated = made.json[1].securityToken as string;
    const webhook = await makeWebhook(admin);

    const { client, close } = await openTestPlatform(server.database);
    const everything = await dump({ client }).finally(close);
    for (const secret of [...tokens, gateway, enrolled, generated, webhook])
      expect(everything).not.toContain(secret);
    expect(server.errors).toEqual([]);
  });
});

describe('keys', () => {
  it('are turned on, exchanged midway, and turned off, with every secret readable all the time', async () => {
    const { connection, drop } = await createMigratedDatabase();
    ends.push(drop);
    const plain = await openTestPlatform(connection, openSecrets(undefined));
    const one = await openTestPlatform(connection, openSecrets(first));
    const both = await openTestPlatform(connection, openSecrets(second, [first]));
    const two = await openTestPlatform(connection, openSecrets(second));
    const off = await openTestPlatform(connection, openSecrets(undefined, [second]));
    for (const { close } of [plain, one, both, two, off]) ends.push(close);
    const { tenantId, contextOf } = await newTenant(plain.platform);
    const inside = (opened: TestPlatform) => ({ ...contextOf(), ...opened.platform });
    const names = Array.from({ length: 1_200 }, (_, at) => `t${at}`);
    await createTargets(inside(plain), {
      targets: names.map((controllerId) => ({ controllerId, securityToken: `token-of-${controllerId}` })),
    });
    const tokenIn = async (opened: TestPlatform, controllerId: string) =>
      (await findTarget(inside(opened), controllerId)).securityToken;
    const check = ({ platform }: TestPlatform) =>
      requireSecretKeys(platform.database, platform.secrets, new Date());

    expect(await dump(plain)).toContain('token-of-t7');
    await check(one);
    expect((await rewriteSecrets(one.platform))[0]).toMatchObject({ rewritten: 1_200, unreadable: 0 });
    expect((await rewriteSecrets(one.platform))[0]).toMatchObject({ rewritten: 0 });
    expect(await dump(one)).not.toContain('token-of-');
    expect(await tokenIn(one, 't7')).toBe('token-of-t7');
    await expect(check(plain)).rejects.toThrow(/MUSTER_SECRET_KEY: the tokens of targets .* no key is given/);
    await expect(check(two)).rejects.toThrow(/MUSTER_SECRET_KEY_PREVIOUS/);
    await expect(tokenIn(two, 't7')).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    await check(both);
    let batches = 0;
    await rewriteSecrets(both.platform, () => batches++ > 0);
    const [left] = await countOutdated(both.platform);
    expect(left).toMatchObject({ outdated: 700, total: 1_200 });
    for (const name of ['t0', 't1199']) expect(await tokenIn(both, name)).toBe(`token-of-${name}`);
    await expect(check(two)).rejects.toThrow(/MUSTER_SECRET_KEY_PREVIOUS/);
    expect((await rewriteSecrets(both.platform))[0]).toMatchObject({ rewritten: 700 });
    await check(two);
    expect(await tokenIn(two, 't7')).toBe('token-of-t7');

    // A token that is the same stays the same, though its text in the database differs.
    const rotations = () =>
      two.platform.database.execute(
        sql`SELECT 1 FROM target_token_rotations WHERE tenant_id = ${tenantId} LIMIT 10`,
      );
    expect(await rotations()).toHaveLength(0);
    await rotateTargetTokens(inside(two), { filter: 'controllerId==t7' });
    expect(await rotations()).toHaveLength(1);

    expect((await rewriteSecrets(off.platform))[0]).toMatchObject({ rewritten: 1_200 });
    await check(plain);
    expect(await tokenIn(plain, 't8')).toBe('token-of-t8');
  });

  it('tell what was changed in the database, and take a text for what it is', () => {
    const secrets = openSecrets(first);
    const sealed = secrets.sealToken('abc');
    expect(secrets.open(sealed)).toBe('abc');
    expect(secrets.sealToken('abc')).not.toBe(sealed);
    for (const changed of [
      `${sealed.slice(0, -6)}AAAAA=`,
      sealed.replace(/:[0-9a-f]{64}:/, `:${'0'.repeat(64)}:`),
    ])
      expect(() => secrets.open(changed)).toThrow();
    const plain = openSecrets(undefined);
    for (const text of ['§1:', '§1:12345678::abc', '§1:plain::::x', 'x', ''])
      for (const one of [plain, secrets]) expect(one.open(one.seal(text))).toBe(text);
    expect(plain.seal('x')).toBe('x');
  });
});
