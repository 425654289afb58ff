import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where `npm run build` puts the console: the same place from the sources and from what is built of them. */
const FOLDER = fileURLToPath(new URL('../../../dist/console/', import.meta.url));

export interface ConsoleFiles {
  /** Where the files are. */
  folder: string;
  /** The page, with the marks that each answer replaces. */
  page: string;
  /** The names of all files in `assets`, the compressed ones too. */
  assets: ReadonlySet<string>;
}

let files: ConsoleFiles | undefined;

/** The built console, read once; undefined as long as it isn't built. */
export function consoleFiles(): ConsoleFiles | undefined {
  try {
    files ??= {
      folder: FOLDER,
      page: readFileSync(`${FOLDER}index.html`, 'utf8'),
      assets: new Set(readdirSync(`${FOLDER}assets`)),
    };
    return files;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
