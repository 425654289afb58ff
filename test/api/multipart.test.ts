import { expect, it } from 'vitest';
import { readFileForm } from '../../src/api/multipart.ts';
import { requestOf } from '../fuzz/requests.ts';

const part = (name: string, content: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"; filename="a"\r\n\r\n${content}`;

/* A stream whose error nobody hears ends the process: here, the run. */
it.each([
  ['a file of another name that is cut', part('other', 'abc')],
  ['the file, cut', part('file', 'abc')],
  ['a second file, cut', `${part('file', 'abc')}\r\n${part('file', 'abc')}`],
  ['a malformed head, then nothing', '--b\r\nContent-Disposition\r\n\r\nabc'],
  ['a head that does not end', '--b\r\nContent-Disposition: form-data; name="file"'],
  ['no part at all', 'abc'],
])('refuses a form that is not well formed: %s', async (_, body) => {
  const form = readFileForm(
    requestOf({ headers: { 'content-type': 'multipart/form-data; boundary=b' }, body }),
  );
  await form.file.catch(() => undefined);
  await expect(form.fields()).rejects.toMatchObject({ code: 'MALFORMED_INPUT' });
  // Whatever else the streams have to say comes in the next turns.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
});

it('reads on past a second file, which nobody takes', async () => {
  const field = '--b\r\nContent-Disposition: form-data; name="md5sum"\r\n\r\nx\r\n--b--\r\n';
  const body = `${part('file', 'abc')}\r\n${part('file', 'def')}\r\n${field}`;
  const form = readFileForm(
    requestOf({ headers: { 'content-type': 'multipart/form-data; boundary=b' }, body }),
  );
  const file = await form.file;
  expect(Buffer.concat(await file!.content.toArray()).toString()).toBe('abc');
  expect((await form.fields()).get('md5sum')).toBe('x');
});
