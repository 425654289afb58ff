import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder on a disk of its own, in memory. */
export interface SmallDisk {
  folder: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives the room back. */
  free(): void;
  readOnly(isSo: boolean): void;
  release(): void;
}

/** Undefined where nothing can be mounted, which a line says: it needs Linux and root. */
export function openSmallDisk(mebibytes: number, what: string): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'muster-disk-'));
  chmodSync(folder, 0o755);
  const ballast = join(folder, 'ballast');
  const mount = (...options: string[]) =>
    execFileSync('mount', [...options, 'tmpfs', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    mount('-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`);
  } catch {
    rmdirSync(folder);
    console.log(`Left out, as no disk can be mounted here: ${what}.`);
    return undefined;
  }
  return {
    folder,
    fill() {
      const file = openSync(ballast, 'a');
      try {
        for (let block = Buffer.alloc(1 << 20); ; ) {
          try {
            writeSync(file, block);
          } catch {
            if (block.length === 1) break;
            block = block.subarray(0, block.length >> 1);
          }
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    readOnly: (isSo) => void mount('-o', `remount,${isSo ? 'ro' : 'rw'}`),
    release() {
      execFileSync('umount', ['--lazy', folder]);
      rmdirSync(folder);
    },
  };
}
