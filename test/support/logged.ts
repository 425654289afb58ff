import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/* What servers in this worker have logged, and the credentials that came to them: no line may have one. */

/** Shorter ones are words such as `admin`, which a line may well have. */
const LEAST_LETTERS = 16;
const LETTERS = /[A-Za-z0-9_-]{16,}/g;

const credentials = new Set<string>();
let lines: string[] = [];

/** The longest run of letters of a credential: in an address or in JSON the rest may be written otherwise. */
function note(credential: string): void {
  const [longest = ''] = (credential.match(LETTERS) ?? []).toSorted((a, b) => b.length - a.length);
  if (longest.length >= LEAST_LETTERS) credentials.add(longest);
}

function noteThoseOf({ headers }: IncomingMessage): void {
  const [scheme, credential] = (headers.authorization ?? '').split(' ');
  if (credential) note(credential);
  if (credential && /^basic$/i.test(scheme!)) note(passwordIn(credential));
  for (const cookie of headers.cookie?.split(';') ?? []) note(cookie.slice(cookie.indexOf('=') + 1));
}

/** The name of the account may be logged. */
function passwordIn(basic: string): string {
  const text = Buffer.from(basic, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}

subscribe('http.server.request.start', (message) =>
  noteThoseOf((message as { request: IncomingMessage }).request),
);

/** Keeps a line of a log until the end of the file of tests. */
export const logged = (line: string): void => void lines.push(line);

/** The lines since the last call that have a credential. */
export function linesWithCredential(): string[] {
  const found = lines.filter((line) => (line.match(LETTERS) ?? []).some((run) => credentials.has(run)));
  lines = [];
  return found;
}
