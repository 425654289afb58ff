import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { begin, execute, type Running } from './programs.ts';

/** Makes the key that signs images and its certificate, as Debian's swupdate takes images signed by CMS only. */
export async function makeSigner(folder: string): Promise<void> {
  const name = ['-subj', '/CN=images', '-days', '2'];
  const usage = [
    '-addext',
    'keyUsage=critical,digitalSignature',
    '-addext',
    'extendedKeyUsage=emailProtection',
  ];
  const files = ['-keyout', join(folder, 'signer.key'), '-out', join(folder, 'signer.pem')];
  await execute('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...name, ...usage]);
}

/** An image that puts a file at a place and then runs a script. */
export async function makeImage(folder: string, place: string, script: string): Promise<Uint8Array> {
  const files = { 'content.txt': 'new content\n', 'update.sh': `#!/bin/sh\n${script}\n` };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'sw-description'), describe(files, place));
  await execute('openssl', [
    ...['cms', '-sign', '-binary', '-nosmimecap', '-outform', 'DER', '-in', join(folder, 'sw-description')],
    ...['-signer', join(folder, 'signer.pem'), '-inkey', join(folder, 'signer.key')],
    ...['-out', join(folder, 'sw-description.sig')],
  ]);
  const names = ['sw-description', 'sw-description.sig', ...Object.keys(files)];
  await execute('sh', ['-c', `printf '%s\\n' ${names.join(' ')} | cpio -o -H crc --quiet > image.swu`], {
    cwd: folder,
  });
  return readFile(join(folder, 'image.swu'));
}

function describe(files: Record<'content.txt' | 'update.sh', string>, place: string): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  return `software = {
  version = "2.0";
  hardware-compatibility: [ "1" ];
  files: ({
    filename = "content.txt";
    path = "${place}";
    sha256 = "${sha256(files['content.txt'])}";
  });
  scripts: ({
    filename = "update.sh";
    type = "postinstall";
    sha256 = "${sha256(files['update.sh'])}";
  });
}
`;
}

export interface DeviceOptions {
  folder: string;
  url: string;
  tenant: string;
  controllerId: string;
  /** A token, or files with what it shows over TLS, and with whom it knows the server by. */
  credential: { token: string } | { certificate: string; key: string; authority: string };
}

const signInBy = (credential: DeviceOptions['credential']) =>
  'token' in credential
    ? `targettoken = "${credential.token}";`
    : `sslcert = "${credential.certificate}"; sslkey = "${credential.key}"; cafile = "${credential.authority}";`;

/** Parameters of swupdate's part that speaks to the server. */
const SAY = { nothing: '', success: '-c 2' };

/** Starts swupdate as a device; `confirm` as after a restart, when it tells that what it installed works. */
export async function startDevice(
  { folder, url, tenant, controllerId, credential }: DeviceOptions,
  confirm: keyof typeof SAY = 'nothing',
): Promise<Running> {
  const configuration = join(folder, 'swupdate.cfg');
  const text = `
    globals: { verbose = true; public-key-file = "${join(folder, 'signer.pem')}"; bootloader = "none"; };
    identify: ({ name = "client"; value = "swupdate"; });
    suricatta: {
      url = "${url}"; tenant = "${tenant}"; id = "${controllerId}"; ${signInBy(credential)}
      retry = 1; retrywait = 1;
    };
  `;
  await writeFile(configuration, text);
  return begin('swupdate', ['-f', configuration, '-H', 'board:1', '-u', SAY[confirm]], socketsIn(folder));
}

/** Lets a device ask at once; by itself it would wait for minutes, as the server told it. */
export async function wake(folder: string): Promise<void> {
  const env = { ...process.env, ...socketsIn(folder) };
  // Before it has its sockets it can't be woken, but then it is about to ask.
  await execute('swupdate-ipc', ['hawkbitcfg', '-t'], { env }).catch(() => {});
}

const socketsIn = (folder: string) => ({ TMPDIR: folder });
