import { readFileSync, statSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { buildConsole } from '../../support/build.ts';

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

const DIST = 'dist/console/';
const LIMIT = 200_000;

beforeAll(buildConsole);

/** The size as it is sent: small files aren't compressed. */
function sizeOf(file: string): number {
  try {
    return statSync(`${DIST}${file}.gz`).size;
  } catch {
    return statSync(DIST + file).size;
  }
}

it('loads at most 200 kB of JavaScript, compressed, for the first page', () => {
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(`${DIST}.vite/manifest.json`, 'utf8'));
  const files = new Set<string>();
  const collect = (name: string) => {
    const { file, imports = [] } = manifest[name]!;
    if (files.has(file)) return;
    files.add(file);
    for (const it of imports) collect(it);
  };
  collect('index.html');
  collect('pages/fleet/fleet-page.tsx');
  const sum = [...files]
    .filter((file) => file.endsWith('.js'))
    .reduce((total, file) => total + sizeOf(file), 0);
  expect(sum).toBeLessThan(LIMIT);
  expect(sum).toBeGreaterThan(50_000);
});
