import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AREAS } from '../verbs/areas.ts';

it('knows every verb', () => {
  const verbs = Object.values(AREAS).flatMap((area) => Object.keys(area));
  const folder = new URL('../../../../src/services/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const known = new Set(verbs.map((name) => /^\w+/.exec(name)![0]));
  const missing = files.flatMap((file) =>
    verbsOf(readFileSync(new URL(file, folder), 'utf8'))
      .filter((name) => !known.has(name))
      .map((name) => `${name} (src/services/${file})`),
  );
  expect(missing, WANTED).toEqual([]);
});

const WANTED = `Each of these verbs needs a row in a file of test/services/access/verbs (see verb.ts there): what it needs, a
call about the things of a side that succeeds, what the call answers to a caller of another tenant (elsewhere), and, for
each of its permissions that takes a scope, what it answers about things out of that scope (beyond)`;

/** The exported functions that require a permission, or say that they need one. What is named so only checks. */
function verbsOf(source: string): string[] {
  const functions = source.matchAll(
    /(\/\*\*(?:(?!\*\/).)*\*\/\n)?^export (?:async )?function\*? (\w+)((?:(?!^}$).)*)/gms,
  );
  return [...functions].flatMap(([, doc = '', name, body]) => {
    const requires = /\brequire(?:Permission|Role)\(/.test(body!);
    const says = /\bneeds [A-Z]+_[A-Z_]+/i.test(doc.replaceAll(/\s*\n \*\s*/g, ' '));
    return (requires || says) && !name!.startsWith('require') ? name! : [];
  });
}
