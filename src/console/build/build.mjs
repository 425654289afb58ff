// Builds the console and GraphiQL into `dist`, unless they are there and made from the same sources.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

// Whatever this runs in, what is built is for production.
process.env.NODE_ENV = 'production';

const CONSOLE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DIST = join(ROOT, 'dist');

/** Smaller files gain nothing. */
const WORTH_COMPRESSING = 1_000;

function sourcesOf(folder, only = () => true) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.documents.ts'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(only)
    .sort();
}

const digestOf = (files) => {
  const digest = createHash('sha256');
  for (const file of files) digest.update(`${file}\0`).update(readFileSync(file));
  return digest.digest('hex');
};

/** Runs `build` if the files differ from those of the last time. */
async function unlessBuilt(name, files, build) {
  const stamp = join(DIST, name, '.sources');
  const digest = digestOf(files);
  try {
    if (readFileSync(stamp, 'utf8') === digest) return;
  } catch {}
  await build();
  writeFileSync(stamp, digest);
}

async function bundle(config) {
  const { build } = await import('vite');
  await build({ configFile: join(CONSOLE, config), logLevel: 'warn' });
}

/** Beside each file one for browsers that take brotli, and one for those that take only gzip. */
async function compress(folder) {
  const names = readdirSync(folder).filter((name) => /\.(?:js|css|svg)$/.test(name));
  for (const name of names) {
    const bytes = readFileSync(join(folder, name));
    if (bytes.length < WORTH_COMPRESSING) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    writeFileSync(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes, quality));
    writeFileSync(join(folder, `${name}.gz`), await promisify(gzip)(bytes, { level: 9 }));
  }
}

const shared = [join(ROOT, 'package-lock.json'), join(CONSOLE, 'build/build.mjs')];
mkdirSync(DIST, { recursive: true });
const isGraphiql = (file) => file.includes(join(CONSOLE, 'graphiql')) || file.endsWith('vite.graphiql.mjs');
await unlessBuilt('graphiql', [...sourcesOf(CONSOLE, isGraphiql), ...shared], () =>
  bundle('vite.graphiql.mjs'),
);
await unlessBuilt(
  'console',
  [
    ...sourcesOf(CONSOLE, (file) => !isGraphiql(file)),
    join(ROOT, 'src/rollout-shares.ts'),
    join(ROOT, 'schema.graphql'),
    ...shared,
  ],
  async () => {
    const { generate } = await import('./codegen.mjs');
    await generate();
    rmSync(join(DIST, 'console'), { recursive: true, force: true });
    await bundle('vite.config.mjs');
    await compress(join(DIST, 'console/assets'));
  },
);
