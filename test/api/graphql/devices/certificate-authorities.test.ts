import { expect, it } from 'vitest';
import { newAuthority } from '../../../support/certificates.ts';
import { codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();
const CREATE = `mutation ($input: CreateCertificateAuthorityInput!) {
  createCertificateAuthority(input: $input) {
    certificateAuthority { id name subject fingerprint notAfter revokedSerials createdBy }
    userErrors { code message path }
  }
}`;
const UPDATE = `mutation ($input: UpdateCertificateAuthorityInput!) {
  updateCertificateAuthority(input: $input) {
    certificateAuthority { name revokedSerials }
    userErrors { code path message }
  }
}`;
const DELETE = `mutation ($input: DeleteCertificateAuthorityInput!) {
  deleteCertificateAuthority(input: $input) { deletedIds userErrors { code message } }
}`;
const { cert } = await newAuthority('Root');

it('authorities are created, listed, changed and deleted', async () => {
  const ask = door.as();
  const { createCertificateAuthority: created } = (
    await ask(CREATE, { input: { name: 'Plant', certificate: cert } })
  ).data;
  expect(created).toMatchObject({
    certificateAuthority: {
      name: 'Plant',
      subject: 'O=Muster, CN=Root',
      revokedSerials: [],
      createdBy: 'tester',
    },
    userErrors: [],
  });
  const { id, fingerprint } = created.certificateAuthority;

  const { data } = await ask(`{
    certificateAuthorities(filter: "subject==*root", orderBy: [{ field: NOT_AFTER, direction: ASC }]) {
      totalCount nodes { id fingerprint certificate }
    }
  }`);
  const nodes = [{ id, fingerprint, certificate: cert }];
  expect(data.certificateAuthorities).toEqual({ totalCount: 1, nodes });

  const input = { id, name: 'Plant 2', revokeSerials: ['0a:bc'] };
  expect((await ask(UPDATE, { input })).data.updateCertificateAuthority).toEqual({
    certificateAuthority: { name: 'Plant 2', revokedSerials: ['ABC'] },
    userErrors: [],
  });

  const FIND = 'query ($id: ID!) { certificateAuthority(id: $id) { name } }';
  expect((await ask(FIND, { id })).data).toEqual({ certificateAuthority: { name: 'Plant 2' } });

  const deletion = async () => (await ask(DELETE, { input: { id } })).data.deleteCertificateAuthority;
  expect(await deletion()).toEqual({ deletedIds: [id], userErrors: [] });
  expect(await deletion()).toMatchObject({
    deletedIds: [],
    userErrors: [{ code: 'CERTIFICATE_AUTHORITY_NOT_FOUND', message: expect.stringContaining(id) }],
  });
  expect((await ask(FIND, { id })).data).toEqual({ certificateAuthority: null });
});

it('what is refused says where and why', async () => {
  const ask = door.as();
  const create = async (input: object) =>
    (await ask(CREATE, { input: { name: 'n', certificate: cert, ...input } })).data.createCertificateAuthority
      .userErrors;
  expect(await create({ certificate: 'x' })).toEqual([
    {
      code: 'INVALID_INPUT',
      message: 'must be one certificate in PEM, and nothing else',
      path: ['certificate'],
    },
  ]);
  expect(await create({})).toEqual([]);
  expect(await create({ name: 'm' })).toMatchObject([
    { code: 'CERTIFICATE_AUTHORITY_ALREADY_EXISTS', path: ['certificate'] },
  ]);
  const { data } = await ask(UPDATE, { input: { id: 'x', revokeSerials: ['1'] } });
  expect(data.updateCertificateAuthority).toMatchObject({
    certificateAuthority: null,
    userErrors: [{ code: 'CERTIFICATE_AUTHORITY_NOT_FOUND', path: ['id'] }],
  });
});

it('needs the permissions of the configuration', async () => {
  const ask = door.as(['READ_TARGET']);
  expect(codesOf(await ask('{ certificateAuthorities { totalCount } }'))).toEqual(['FORBIDDEN']);
  expect(codesOf(await ask(CREATE, { input: { name: 'n', certificate: cert } }))).toEqual(['FORBIDDEN']);
});
