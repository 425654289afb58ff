import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContent } from '../../../../src/services/software/content-info/read.ts';
import { cpioOf, raucOf } from '../../../support/updates.ts';

const read = (file: Uint8Array, pieceLength = 1_000) => {
  const reader = readContent();
  for (let at = 0; at < file.length; at += pieceLength) reader.take(file.subarray(at, at + pieceLength));
  return reader.finish();
};
const swu = (text: string) => read(cpioOf({ 'sw-description': text, 'rootfs.ext4': 'x'.repeat(5_000) }));

describe('an update for SWUpdate', () => {
  it('tells its version, description and hardware, of each board', () => {
    const text = `
      # A comment, // another
      software =
      {
        version = "1.0." "2";
        description = "Heating \\"north\\"";
        hardware-compatibility: [ "1.0", "1.2" ];
        /* for one board */
        board-a = { hardware-compatibility = ( "#RE:^2\\.[0-9]$", "1.2" );
          stable : { copy1: { images: ( { filename = "rootfs.ext4"; size = 0x10L; compressed = true; offset = -1.5e3 } ); }; };
        };
      }`;
    expect(swu(text)).toEqual({
      format: 'swu',
      version: '1.0.2',
      description: 'Heating "north"',
      hardwareCompatibility: ['1.0', '1.2', '#RE:^2.[0-9]$'],
      problem: null,
    });
  });

  it('may be described in JSON, and by little', () => {
    expect(swu('{"software": {"version": 7, "hardware-compatibility": ["a"]}}')).toMatchObject({
      version: '7',
      description: null,
      hardwareCompatibility: ['a'],
      problem: null,
    });
    expect(swu('software = { };')).toMatchObject({ version: null, hardwareCompatibility: [], problem: null });
  });

  it.each([
    ['another file first', cpioOf({ 'x.bin': 'y' }), 'its first file is not sw-description'],
    ['no software', cpioOf({ 'sw-description': 'a = 1;' }), 'has no software'],
    ['bad syntax', cpioOf({ 'sw-description': 'software = { version = ; }' }), "expected a value, found ';'"],
    ['bad JSON', cpioOf({ 'sw-description': '{"software"' }), 'it is no JSON'],
    ['deep nesting', cpioOf({ 'sw-description': `a = ${'('.repeat(5_000)}` }), 'nested too deep'],
    ['too many words', cpioOf({ 'sw-description': `a = (${'1,'.repeat(40_000)})` }), 'it is too long'],
    [
      'an open comment',
      cpioOf({ 'sw-description': `software = {} /*${'*'.repeat(50_000)}` }),
      'not understood',
    ],
    ['an open text', cpioOf({ 'sw-description': `software = "${'\\'.repeat(99_999)}` }), 'not understood'],
    ['encryption', cpioOf({ 'sw-description': Buffer.from([0xff, 0xfe, 0x80]) }), 'is encrypted, or no text'],
    ['a huge description', cpioOf({ 'sw-description': 'x'.repeat(140_000) }), 'is incomplete, or longer'],
    [
      'half a file',
      cpioOf({ 'sw-description': 'software = { version = "1"; }' }).subarray(0, 130),
      'is incomplete',
    ],
    ['a header of nonsense', Buffer.from(`070701${'z'.repeat(200)}`), 'it is malformed'],
  ])('says what is wrong: %s', (_, file, problem) => {
    expect(read(file)).toMatchObject({
      format: 'swu',
      version: null,
      problem: expect.stringContaining(problem),
    });
  });

  it('keeps no more of a text than is needed, and no control characters', () => {
    const many = Array.from({ length: 300 }, (_, index) => `"hw-${index}"`).join(', ');
    const found = swu(
      `software = { version = "${'v'.repeat(2_000)}"; description = "a\\n\\x07b"; hardware-compatibility = [${many}]; }`,
    )!;
    expect([found.version!.length, found.description, found.hardwareCompatibility.length]).toEqual([
      512,
      'a b',
      100,
    ]);
  });
});

const MANIFEST = `[update]
compatible=Plant controller
version=2026.11-1
description=Faster polls

[image.rootfs]
filename=rootfs.img
version=9
`;

describe('a bundle for RAUC', () => {
  it('tells what the manifest in its signature says', () => {
    expect(read(raucOf({ manifest: MANIFEST }))).toEqual({
      format: 'rauc',
      version: '2026.11-1',
      description: 'Faster polls',
      hardwareCompatibility: ['Plant controller'],
      problem: null,
    });
  });

  it('is read in pieces of any size', () => {
    const file = raucOf({ manifest: MANIFEST, filesystem: 600_000 });
    for (const length of [1, 7, 65_536, 1_000_000])
      if (length > 1 || file.length < 1_000_000)
        expect(read(file, length)).toMatchObject({ version: '2026.11-1' });
  });

  it.each([
    ['the format plain', raucOf({}), 'inside of its file system'],
    ['the format crypt', raucOf({ kind: '2a864886f70d010703', manifest: 'x' }), 'is encrypted'],
    ['an unknown signature', raucOf({ kind: '2a864886f70d010701', manifest: 'x' }), 'unknown kind'],
    ['a manifest without a section', raucOf({ manifest: 'x=1' }), 'does not say what it is compatible with'],
    ['no signature', Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(100)]), 'no signature'],
    [
      'a length beyond the file',
      Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(100, 0xff)]),
      'no signature',
    ],
    ['a signature of nonsense', raucOf({ signature: Buffer.alloc(50, 0x30) }), 'it is malformed'],
    ['a huge signature', raucOf({ signature: Buffer.alloc(200_000, 0x30) }), 'too long'],
  ])('says what is wrong: %s', (_, file, problem) => {
    expect(read(file)).toMatchObject({
      format: 'rauc',
      version: null,
      problem: expect.stringContaining(problem),
    });
  });
});

it('leaves every other file alone', () => {
  for (const file of ['', 'hello', '07070', 'hsq', 'PK\u0003\u0004'])
    expect(read(Buffer.from(file))).toBeUndefined();
});

it('fails on no file at all', () => {
  const begin = fc.constantFrom(
    '070701',
    'hsqs',
    cpioOf({ 'sw-description': '' }).toString('latin1').slice(0, 124),
  );
  fc.assert(
    fc.property(begin, fc.uint8Array({ maxLength: 400 }), (magic, rest) => {
      const found = read(Buffer.concat([Buffer.from(magic, 'latin1'), rest]));
      expect(found?.format).toMatch(/^(?:swu|rauc)$/);
    }),
    { numRuns: 500 },
  );
});
