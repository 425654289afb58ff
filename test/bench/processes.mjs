/** Child processes of the bench, and what the system knows of any process. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Starts a script of this folder that answers messages, one at a time.
 * @param {string} script
 */
export function openChild(script) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { serialization: 'advanced' });
  const lost = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with code ${code}`);
  });
  lost.catch(() => {});
  return {
    pid: child.pid,
    async ask(message) {
      const answer = once(child, 'message');
      child.send(message);
      const [content] = await Promise.race([answer, lost]);
      return content;
    },
    async close() {
      child.disconnect();
      await lost.catch(() => {});
    },
  };
}

/** The load on a server's port. */
export async function openLoad(port, connections, workload) {
  const child = openChild('load.mjs');
  await child.ask({ port, connections, workload });
  return {
    close: child.close,
    async run(seconds, most) {
      const result = await child.ask({ seconds, most });
      if (result.fault) throw new Error(`${workload.kind}: ${result.fault}`);
      return result;
    },
  };
}

/** The resident memory of a process, in MB. */
export function residentMegabytes(pid) {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) / 1024;
}

/** The processor seconds that a process has used until now; undefined where the system doesn't tell (not Linux). */
export function processorSeconds(pid) {
  const fields = statOf(pid);
  return fields && (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The same of a process with all that it has started, those that have ended included. */
export function processorSecondsOfAll(pid) {
  const fields = statOf(pid);
  if (!fields) return undefined;
  const ended = (Number(fields[13]) + Number(fields[14])) / 100;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.reduce((sum, child) => sum + (processorSeconds(child) ?? 0), ended + processorSeconds(pid));
}

/** What the system tells of a process, from its state on. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
