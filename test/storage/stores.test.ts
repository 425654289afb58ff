import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { folderStore } from '../../src/storage/folder.ts';
import { s3Store } from '../../src/storage/s3.ts';
import { openSmallContents } from '../../src/storage/small-contents.ts';
import { ContentLostError, type ContentStore } from '../../src/storage/store.ts';
import { createServedTenant, startTestServer } from '../support/server.ts';
import { uploadFile } from '../support/software.ts';

/** The address of an S3-compatible server that takes any credentials. */
const S3 = process.env['MUSTER_TEST_S3'];
if (!S3) console.log('Left out, as MUSTER_TEST_S3 names no S3-compatible server: artifacts in a bucket.');

/** More than one part of an upload to S3. */
const LARGE = 12 * 2 ** 20 + 1;
const newLocation = () => `1/${randomBytes(8).toString('hex')}`;

async function* piecesOf(content: Uint8Array) {
  for (let at = 0; at < content.length; at += 2 ** 20) yield content.subarray(at, at + 2 ** 20);
}

async function* broken() {
  yield* piecesOf(randomBytes(LARGE));
  throw new Error('it broke off');
}

async function* refused(): AsyncGenerator<Uint8Array> {
  yield* piecesOf(Buffer.of());
  throw new Error('it is empty');
}

function keepsContents(open: () => Promise<ContentStore>): void {
  it.each([0, 1, LARGE])('gives back %i bytes as they came', async (size) => {
    const [store, location, content] = [await open(), newLocation(), randomBytes(size)];
    await store.write(location, piecesOf(content));
    expect((await buffer(await store.read(location))).equals(content)).toBe(true);
  });

  it('gives back the part that is asked for', async () => {
    const [store, location] = [await open(), newLocation()];
    await store.write(location, piecesOf(Buffer.from('0123456789')));
    const partOf = async (first: number, last: number) =>
      String(await buffer(await store.read(location, { first, last })));
    expect(await partOf(0, 0)).toBe('0');
    expect(await partOf(3, 6)).toBe('3456');
    expect(await partOf(9, 9)).toBe('9');
  });

  it('has nothing of what was removed or broke off', async () => {
    const [store, location] = [await open(), newLocation()];
    const isThere = async () =>
      store
        .read(location)
        .then(buffer)
        .then(
          () => true,
          () => false,
        );
    await expect(store.write(location, broken())).rejects.toThrow('it broke off');
    expect(await isThere()).toBe(false);
    await store.write(location, piecesOf(Buffer.from('x')));
    expect(await isThere()).toBe(true);
    await store.remove(location);
    expect(await isThere()).toBe(false);
    await store.remove(location);
  });
}

describe('a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-store-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  keepsContents(async () => folderStore(join(folder, 'contents')));

  const KIB = 1024;
  /** The sizes of the pieces of a large content, of which each is taken so long after the one before. */
  const piecesTaken = async (count: number, pauseMs: number) => {
    const [store, location] = [folderStore(folder), newLocation()];
    await store.write(location, piecesOf(randomBytes(LARGE)));
    const sizes: number[] = [];
    for await (const piece of await store.read(location)) {
      if (sizes.push(piece.length / KIB) === count) break;
      await pause(pauseMs);
    }
    return sizes;
  };

  it('has nothing of what breaks off before its file is made', async () => {
    const of = join(folder, 'refused');
    const open = fs.open as (...args: unknown[]) => void;
    const made = new Promise<void>((resolve) => {
      const late = (...args: unknown[]) => {
        const told = args.pop() as (...outcome: unknown[]) => void;
        setTimeout(open, 50, ...args, (...outcome: unknown[]) => {
          told(...outcome);
          resolve();
        });
      };
      vi.spyOn(fs, 'open').mockImplementationOnce(late as typeof fs.open);
    });
    await expect(folderStore(of).write(newLocation(), refused())).rejects.toThrow();
    await made;
    const entries = await readdir(of, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toEqual([]);
  });

  it('gives large pieces to who is quick, and small ones to who is slow', async () => {
    const slow = await piecesTaken(6, 30);
    // The first ones are read before anything is known.
    expect(slow.slice(3)).toEqual([64, 64, 64]);
    await vi.waitFor(async () => expect(Math.max(...(await piecesTaken(12, 0)))).toBe(512));
  });

  it('remembers small contents, each read once, in no more than it may', async () => {
    const store = folderStore(folder);
    const read = vi.spyOn(store, 'read');
    const small = openSmallContents(store, 64 * KIB);
    const locations = Array.from({ length: 10 }, newLocation);
    for (const location of locations) await store.write(location, piecesOf(Buffer.alloc(10 * KIB, location)));
    for (let n = 0; n < 2; n++)
      expect(await Promise.all([0, 1].map(() => small.read(locations[0]!, 10 * KIB)))).toHaveLength(2);
    expect(read).toHaveBeenCalledTimes(1);
    for (const location of locations) expect(await small.read(location, 10 * KIB)).toHaveLength(10 * KIB);
    expect(read).toHaveBeenCalledTimes(10);
    expect(small.bytes()).toBeLessThanOrEqual(64 * KIB);
    expect(small.read(locations[0]!, 60 * KIB), 'a large one').toBeUndefined();
    await expect(small.read(locations[0]!, 11 * KIB), 'one that was cut short').rejects.toThrow(
      ContentLostError,
    );
  });
});

describe.runIf(S3)('a bucket of an S3-compatible server', () => {
  const bucket = `muster-${randomBytes(6).toString('hex')}`;
  const address = `s3://${bucket}/kept/here`;
  let client: S3Client;
  beforeAll(async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
    client = new S3Client({ region: 'us-east-1', endpoint: S3!, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  afterAll(() => {
    client?.destroy();
    vi.unstubAllEnvs();
  });

  const keys = async () => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key);
  };

  keepsContents(() => s3Store(address, S3));

  it('keeps no parts of an upload that broke off', async () => {
    const store = await s3Store(address, S3);
    await expect(store.write(newLocation(), broken())).rejects.toThrow('it broke off');
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
  });

  it('keeps what is uploaded, gives it to administrators, and loses it with its artifact', async () => {
    const server = await startTestServer({ MUSTER_ARTIFACTS: address, MUSTER_S3_ENDPOINT: S3! });
    onTestFinished(() => server.stop());
    const tenant = await createServedTenant(server);
    const content = randomBytes(LARGE);
    const before = await keys();
    const artifact = await uploadFile(tenant, { filename: 'firmware.bin', content });
    const [added, ...others] = (await keys()).filter((key) => !before.includes(key));
    expect(added).toMatch(/^kept\/here\//);
    expect(others).toEqual([]);

    const download = async (headers: Record<string, string> = {}) => {
      const { authorization } = tenant;
      const answer = await fetch(artifact._links.download.href, { headers: { ...headers, authorization } });
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
    };
    const whole = await download();
    expect([whole.status, whole.body.equals(content)]).toEqual([200, true]);
    const part = await download({ range: 'bytes=-10' });
    expect([part.status, part.body.equals(content.subarray(-10))]).toEqual([206, true]);

    expect((await tenant.admin(artifact._links.self.href, { method: 'DELETE' })).status).toBe(204);
    await expect.poll(keys).not.toContain(added);
    expect(server.errors).toEqual([]);
  });
});
