import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** What the server asks for only where it is installed. */
const OPTIONAL = ['class-validator', 'cbor-extract'];

/** Modules find files beside themselves, so each keeps the address that it had. */
const ownAddresses: Plugin = {
  name: 'own addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.m?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const address = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', address), loader: 'js' };
    });
  },
};

/**
 * Puts built programs and all that they import into a few files: the same code, but a process that runs one starts with
 * less than half of the processor time, and the tests start dozens. What it is called stays.
 */
export async function bundle(programs: [string, ...string[]], folder: string): Promise<void> {
  await build({
    entryPoints: programs,
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
    external: OPTIONAL,
    plugins: [ownAddresses],
    // CommonJS modules among them expect a `require`.
    banner: {
      js: `import { createRequire as requiring } from 'node:module'; const require = requiring(${JSON.stringify(pathToFileURL(programs[0]).href)});`,
    },
  });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
}
