import { type ContentInfo, textOf, textsOf, unreadable } from './content-info.ts';
import { type Group, isGroup, parseLibconfig, SyntaxFault, type Value } from './libconfig.ts';

const HEADER = 110;
const NAME = 'sw-description';
const LONGEST = 128 << 10;
/** `software`, a board, a set of images, a mode, an image. */
const DEEPEST = 5;

/**
 * Reads the beginning of an update for SWUpdate: a cpio archive (newc), whose first file describes it in libconfig's
 * language or in JSON.
 */
export function readSwuDescription(head: Buffer): ContentInfo {
  const nameLength = hexAt(head, 94);
  const length = hexAt(head, 54);
  if (nameLength === undefined || length === undefined || nameLength > 256)
    return unreadable('swu', 'it is malformed');
  const name = head.toString('latin1', HEADER, HEADER + nameLength - 1);
  if (name !== NAME) return unreadable('swu', `its first file is not ${NAME}`);
  const start = Math.ceil((HEADER + nameLength) / 4) * 4;
  if (length > LONGEST || start + length > head.length)
    return unreadable('swu', `its ${NAME} is incomplete, or longer than ${LONGEST / 1024} KiB`);
  const text = head.subarray(start, start + length).toString('utf8');
  if (text.includes('\uFFFD') || text.includes('\0'))
    return unreadable('swu', `its ${NAME} is encrypted, or no text`);
  try {
    return describe(text.trimStart().startsWith('{') ? readJson(text) : parseLibconfig(text));
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return unreadable('swu', `its ${NAME} cannot be read: ${error.message}`);
  }
}

function hexAt(bytes: Buffer, at: number): number | undefined {
  const text = bytes.toString('latin1', at, at + 8);
  return /^[\da-f]{8}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}

function readJson(text: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxFault('it is no JSON');
  }
}

function describe(root: Value): ContentInfo {
  const software = isGroup(root) ? root['software'] : undefined;
  if (!software || !isGroup(software)) return unreadable('swu', `its ${NAME} has no software`);
  return {
    format: 'swu',
    version: textOf(software['version']),
    description: textOf(software['description']),
    hardwareCompatibility: textsOf(compatibilityIn(software, DEEPEST)),
    problem: null,
  };
}

/** Of the software, and of each board in it. */
function compatibilityIn(group: Group, depth: number): Value[] {
  return Object.entries(group).flatMap(([name, value]) => {
    if (name === 'hardware-compatibility') return Array.isArray(value) ? value : [value];
    return isGroup(value) && depth > 0 ? compatibilityIn(value, depth - 1) : [];
  });
}
