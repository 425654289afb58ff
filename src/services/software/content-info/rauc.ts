import { type ContentInfo, textOf, textsOf, unreadable } from './content-info.ts';
import { derReader } from './der.ts';

/** The number of the signature's bytes, at the very end. */
const TRAILER = 8;
const SIGNED_DATA = '2a864886f70d010702';
const ENVELOPED_DATA = '2a864886f70d010703';
const MOST_LINES = 10_000;

/**
 * Reads the end of a RAUC bundle: a signature (CMS) after the file system. In a bundle of the format `verity` it has the
 * manifest in it; `plain` ones have it in the file system, and that of `crypt` is encrypted.
 */
export function readRaucManifest(tail: Buffer, size: number): ContentInfo {
  const length = tail.length > TRAILER ? tail.readBigUInt64BE(tail.length - TRAILER) : 0n;
  if (length === 0n || length > BigInt(size - TRAILER))
    return unreadable('rauc', 'it has no signature at its end');
  if (length > BigInt(tail.length - TRAILER)) return unreadable('rauc', 'its signature is too long');
  const begin = tail.length - TRAILER - Number(length);
  const found = manifestIn(tail.subarray(begin, tail.length - TRAILER));
  return 'problem' in found ? unreadable('rauc', found.problem) : describe(found.manifest);
}

function manifestIn(signature: Buffer): { manifest: string } | { problem: string } {
  const contentInfo = derReader(signature).enter(0x30);
  const type = contentInfo.read(0x06).toString('hex');
  if (type === ENVELOPED_DATA) return { problem: 'its manifest is encrypted (format crypt)' };
  if (type !== SIGNED_DATA) return { problem: 'its signature is of an unknown kind' };
  const signedData = contentInfo.enter(0xa0).enter(0x30);
  signedData.read(0x02);
  signedData.read(0x31);
  const content = signedData.enter(0x30);
  content.read(0x06);
  if (content.isAtEnd()) return { problem: 'its manifest is inside of its file system (format plain)' };
  const bytes = content.enter(0xa0).read(0x04);
  return { manifest: bytes.toString('utf8') };
}

function describe(manifest: string): ContentInfo {
  const update = sectionOf(manifest, 'update');
  if (!update.has('compatible'))
    return unreadable('rauc', 'its manifest does not say what it is compatible with');
  return {
    format: 'rauc',
    version: textOf(update.get('version')),
    description: textOf(update.get('description')),
    hardwareCompatibility: textsOf([update.get('compatible')]),
    problem: null,
  };
}

/** The keys of a section of GLib's key files. */
function sectionOf(text: string, name: string): Map<string, string> {
  const entries = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n', MOST_LINES)) {
    const [, heading] = /^\[([^\]]*)\]\s*$/.exec(line) ?? [];
    if (heading !== undefined) section = heading;
    else if (section === name && !line.startsWith('#')) {
      const equals = line.indexOf('=');
      if (equals > 0) entries.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
    }
  }
  return entries;
}
