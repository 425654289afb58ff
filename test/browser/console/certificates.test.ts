import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAuthority } from '../../support/certificates.ts';
import { newRequest, PKCS10, SECRET_KEY } from '../../support/est.ts';
import { startEstServer } from '../../support/est-server.ts';
import { grantsOf } from '../../support/grants.ts';
import { graphql } from '../../support/server.ts';
import {
  type ConsoleUnderTest,
  executablePath,
  expectAccessible,
  openConsole,
  PASSWORD,
  toldOn,
} from './support.ts';

const NO_ISSUER = 'No authority issues certificates at the moment';

describe.skipIf(!executablePath)('certificates in the console', () => {
  let console: ConsoleUnderTest;
  beforeAll(async () => {
    console = await openConsole({
      ...SECRET_KEY,
      MUSTER_TRUSTED_PROXIES: '127.0.0.1',
      MUSTER_WEBHOOKS_PRIVATE: 'true',
    });
  });
  afterAll(() => console?.close());

  it('are issued by the newest authority that does, and only enroll where it is said so', async () => {
    const { page, context, troubles } = await console.visit();
    await page.goto('/settings?tab=certificates');
    const dialog = page.getByRole('dialog');
    const submit = dialog.getByRole('button', { name: 'Make the authority' });
    await page.getByRole('button', { name: 'Make an issuing authority' }).click();
    await dialog.getByLabel('Name').fill('first');
    await dialog.getByLabel('Days that it is valid').fill('100');
    await expectAccessible(page);
    await submit.click();
    const first = page.getByRole('region', { name: 'first' });
    await first.getByText('issues now').waitFor();
    await first.getByText('made by the server').waitFor();
    const list = await first.getByRole('link', { name: 'List of those revoked' }).getAttribute('href');
    expect((await fetch(list!)).headers.get('content-type')).toMatch(/pkix-crl/);

    const { cert, key } = await newAuthority('Brought');
    await page.getByRole('button', { name: 'Make an issuing authority' }).click();
    await dialog.getByLabel('Name').fill('second');
    await dialog.getByRole('combobox', { name: 'Where it is from' }).click();
    await page.getByRole('option', { name: /brought along/ }).click();
    await dialog.getByLabel('Its certificates').fill(cert);
    await dialog.getByLabel('Its private key').fill('nothing');
    await submit.click();
    await dialog.getByText(/must be a private key in PEM/).waitFor();
    await dialog.getByLabel('Its private key').fill(key);
    await expectAccessible(page);
    await submit.click();
    await page.getByRole('region', { name: 'second' }).getByText('issues now').waitFor();
    await first.getByText('issued before').waitFor();

    await page.getByRole('button', { name: 'Add an authority' }).click();
    await dialog.getByLabel('Name').fill('third');
    await dialog.getByLabel('Certificate', { exact: true }).fill((await newAuthority('Bootstrap')).cert);
    await dialog.getByLabel('Its certificates only enroll').check();
    await dialog.getByRole('button', { name: 'Add the authority' }).click();
    await page.getByRole('region', { name: 'third' }).getByText('enrolling only').waitFor();
    await expectAccessible(page);
    for (const name of ['first', 'second', 'third']) {
      await page.getByRole('button', { name: `Delete ${name}` }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('region', { name }).waitFor({ state: 'detached' });
    }
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are signed by an EST server, whose address and sign-in are told anew', async () => {
    const { page, context, troubles } = await console.visit();
    const est = await startEstServer();
    const dialog = page.getByRole('dialog');
    try {
      await page.goto('/settings?tab=certificates');
      await page.getByRole('button', { name: 'Make an issuing authority' }).click();
      await dialog.getByLabel('Name', { exact: true }).fill('elsewhere');
      await dialog.getByRole('combobox', { name: 'Where it is from' }).click();
      await page.getByRole('option', { name: /an EST server signs/ }).click();
      await dialog.getByLabel('Address').fill('elsewhere');
      await dialog.getByLabel('User name').focus();
      await dialog.getByText('must be an http or https address').waitFor();
      await dialog.getByLabel('Address').fill(est.upstream.url);
      await dialog.getByLabel('Authorities of its TLS').fill(est.upstream.trustAnchors);
      await dialog.getByLabel('User name').fill('muster');
      await dialog.getByLabel('Password', { exact: true }).fill('secret');
      await dialog.getByRole('button', { name: 'Make the authority' }).click();
      const card = page.getByRole('region', { name: 'elsewhere' });
      await card.getByText(est.upstream.url).waitFor();

      await card.getByRole('button', { name: 'Address and sign-in' }).click();
      expect(await dialog.getByLabel('User name').inputValue()).toBe('muster');
      expect(await dialog.getByLabel('Password', { exact: true }).inputValue()).toBe('');
      const moved = `${est.upstream.url}/label`;
      await dialog.getByLabel('Address').fill(moved);
      await dialog.getByLabel('User name').fill('other');
      await dialog.getByLabel('Password', { exact: true }).fill('another');
      await expectAccessible(page);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await card.getByText(moved).waitFor();
      expect(est.asked.at(-1)?.path).toMatch(/\/label\/cacerts$/);
      await page.getByRole('button', { name: 'Delete elsewhere' }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await card.waitFor({ state: 'detached' });
    } finally {
      est.stop();
    }
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are issued on terms of a group, which are set, changed and deleted', async () => {
    const { page, context, troubles } = await console.visit();
    const { admin, name } = console.tenant;
    await graphql(admin, 'mutation { createEnrollmentGroup(input: { name: "forge" }) { token } }');
    const policyOf = async () => {
      const { enrollmentGroups } = await graphql(
        admin,
        `{ enrollmentGroups(filter: "name==forge") { nodes {
            certificatePolicy { lifetimeDays renewalDays keyKinds alternativeNames } } } }`,
      );
      return enrollmentGroups.nodes[0].certificatePolicy;
    };
    await page.goto('/enrollment?tab=groups');
    const card = page.getByRole('region', { name: 'forge' });
    await card.getByText('Its devices get no certificates.').waitFor();
    await card.getByRole('button', { name: /^Issue certificates/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Days that a certificate is valid').fill('10');
    await dialog.getByRole('button', { name: 'Save the policy' }).click();
    await dialog.getByText(/must be no more than the lifetime/).waitFor();
    await dialog.getByLabel('Days before its end').fill('5');
    await dialog.getByRole('combobox', { name: 'Alternative names' }).fill('DNS:{controllerId}.example.org');
    await page.keyboard.press('Enter');
    await expectAccessible(page);
    await dialog.getByText(NO_ISSUER).waitFor();
    await dialog.getByRole('button', { name: 'Save the policy' }).click();
    await card.getByText(NO_ISSUER).waitFor();
    await graphql(
      admin,
      'mutation { createIssuingAuthority(input: { name: "Forge CA", source: { made: {} } }) { userErrors { message } } }',
    );
    await page.reload();
    await card.getByText(`/.well-known/est/${name}.forge`).waitFor();
    await card
      .getByText(/valid for 10 days · renewed in the last 5 days · ECDSA P-256, ECDSA P-384/)
      .waitFor();
    expect(await card.getByText(NO_ISSUER).count()).toBe(0);
    expect(await policyOf()).toEqual({
      lifetimeDays: 10,
      renewalDays: 5,
      keyKinds: ['EC_P256', 'EC_P384'],
      alternativeNames: ['DNS:{controllerId}.example.org'],
    });

    await card.getByRole('button', { name: 'Edit the certificate policy of forge' }).click();
    await dialog.getByRole('combobox', { name: 'Kinds of keys' }).fill('Ed25519');
    await page.getByRole('option', { name: 'Ed25519' }).click();
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Save the policy' }).click();
    await card.getByText(/Ed25519/).waitFor();
    expect(await policyOf()).toMatchObject({ lifetimeDays: 10, keyKinds: ['EC_P256', 'EC_P384', 'ED25519'] });
    await expectAccessible(page);

    await card.getByRole('button', { name: 'Delete the certificate policy of forge' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await card.getByText('Its devices get no certificates.').waitFor();
    expect(await policyOf()).toBe(null);
    expect(troubles).toEqual([]);
    await context.close();
  });

  it('are shown of a target, and revoked there', async () => {
    const { admin, name } = console.tenant;
    const { createEnrollmentGroup: group } = await graphql(
      admin,
      `mutation {
        createIssuingAuthority(input: { name: "Fleet CA", source: { made: {} } }) { userErrors { message } }
        createEnrollmentGroup(input: { name: "plant", certificatePolicy: {} }) { token enrollmentGroup { estPath } }
      }`,
    );
    const grants = grantsOf('READ_TARGET');
    await graphql(
      admin,
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { userErrors { message } } }',
      { input: { username: 'viewer', password: PASSWORD, grants } },
    );
    const enroll = async () => {
      const answer = await fetch(`${console.server.url}${group.enrollmentGroup.estPath}/simpleenroll`, {
        method: 'POST',
        headers: {
          ...PKCS10,
          'x-forwarded-proto': 'https',
          authorization: `Basic ${Buffer.from(`press-1:${group.token}`).toString('base64')}`,
        },
        body: (await newRequest('press-1')).body,
      });
      expect(answer.status).toBe(200);
    };
    await enroll();
    const { page, context, troubles } = await console.visit();
    await page.goto('/targets/press-1');
    const card = page.getByRole('region', { name: 'Certificates' });
    await card.getByText('valid', { exact: true }).waitFor();
    await enroll();
    await expect.poll(() => card.getByText('valid', { exact: true }).count()).toBe(2);
    await expectAccessible(page);

    const shown = await card.getByRole('button', { name: /^Revoke/ }).all();
    const serials = await Promise.all(shown.map((button) => button.getAttribute('aria-label')));
    await card.getByRole('button', { name: serials[0]! }).click();
    await page.getByText('The device can no longer sign in with it').waitFor();
    const asked = page.getByRole('dialog');
    expect(await asked.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true);
    await asked.getByRole('combobox', { name: 'Why' }).click();
    await page.getByRole('option', { name: 'Somebody else may have its key' }).click();
    await expectAccessible(page);
    await asked.getByRole('button', { name: 'Revoke' }).click();
    await toldOn(page, 'The certificate is revoked.');
    await card.getByText('revoked', { exact: true }).waitFor();
    await card.getByText(/by .*boss/).waitFor();
    await card.getByText('Somebody else may have its key').waitFor();
    expect(await card.getByRole('button', { name: /^Revoke/ }).count()).toBe(1);
    const { target } = await graphql(
      admin,
      '{ target: targetByControllerId(controllerId: "press-1") { certificates { serialNumber revokedAt revocationReason } } }',
    );
    expect(target.certificates).toEqual([
      {
        serialNumber: serials[0]!.replace('Revoke ', ''),
        revokedAt: expect.any(String),
        revocationReason: 'KEY_COMPROMISE',
      },
      { serialNumber: serials[1]!.replace('Revoke ', ''), revokedAt: null, revocationReason: null },
    ]);
    await expectAccessible(page);
    expect(troubles).toEqual([]);
    await context.close();

    const other = await console.visit({ username: `${name}\\viewer` });
    await other.page.goto('/targets/press-1');
    await other.page.getByRole('region', { name: 'Certificates' }).getByText('revoked').waitFor();
    expect(await other.page.getByRole('button', { name: /^Revoke/ }).count()).toBe(0);
    await other.context.close();
  });
});
