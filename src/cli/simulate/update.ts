import { chanceOf, choiceOf } from './chance.ts';
import type { Tally } from './tally.ts';
import { DeviceError, type Json, type Wire } from './wire.ts';

export interface UpdateOptions {
  /** Shares of the updates, from 0 to 1. */
  fail: number;
  slow: number;
  download: boolean;
  seed: string;
}

/** An update that a device works on. */
export interface Update {
  url: string;
  /** Polls until it is done. */
  stepsLeft: number;
  steps: number;
  outcome: 'success' | 'failure';
  version: string;
  downloaded: boolean;
}

const SLOW_STEPS = 6;
const FAULTS = [
  'The checksum of the root file system is wrong',
  'Not enough space on /data',
  'The bootloader did not confirm the new slot',
  'The service did not start within 60 s',
];

/** Reads what an update consists of, and decides how it will go: always the same for the same seed. */
export function beginUpdate(
  url: string,
  { deployment }: Json,
  controllerId: string,
  { fail, slow, seed }: UpdateOptions,
): Update {
  const words = [seed, controllerId, url.replace(/\?.*$/, '').replace(/^.*\//, '')];
  const isSlow = chanceOf(...words, 'slow') < slow;
  const steps = isSlow ? SLOW_STEPS + Math.floor(chanceOf(...words, 'steps') * SLOW_STEPS) : 1;
  return {
    url: url.replace(/\?.*$/, ''),
    steps,
    stepsLeft: steps,
    outcome: chanceOf(...words, 'fail') < fail ? 'failure' : 'success',
    version: String(deployment.chunks[0]?.version ?? ''),
    downloaded: false,
  };
}

/**
 * Does the next step of an update and reports it.
 * @returns whether the update is over for the device
 */
export async function workOnUpdate(
  wire: Wire,
  tally: Tally,
  { update, deployment, controllerId, options }: Work,
): Promise<boolean> {
  const report = (execution: string, finished: string, details: string[], progress?: object) =>
    wire.send('POST', `${update.url}/feedback`, {
      status: { execution, result: { finished, ...(progress && { progress }) }, details },
    });
  if (deployment.download !== 'skip' && !update.downloaded) {
    await report('download', 'none', ['Downloading']);
    if (options.download) {
      const fault = await downloadAll(wire, tally, deployment);
      if (fault) {
        await report('closed', 'failure', [fault]);
        tally.updates.failed++;
        return true;
      }
    }
    update.downloaded = true;
  }
  if (deployment.update === 'skip') {
    // Either only the download is wanted, or the maintenance window has not begun.
    if (deployment.maintenanceWindow === undefined && update.downloaded) {
      await report('downloaded', 'none', ['Downloaded; not installed, as asked']);
      tally.updates.succeeded++;
      return true;
    }
    return false;
  }
  if (update.stepsLeft > 0) {
    const cnt = update.steps - update.stepsLeft--;
    await report('proceeding', 'none', [`Installing ${update.version}`], { cnt, of: update.steps });
    return false;
  }
  const failed = update.outcome === 'failure';
  const fault = () => `Simulated failure: ${choiceOf(FAULTS, options.seed, controllerId, update.url)}`;
  await report('closed', update.outcome, [failed ? fault() : `Installed ${update.version}`]);
  tally.updates[failed ? 'failed' : 'succeeded']++;
  return true;
}

interface Work {
  update: Update;
  deployment: Json;
  controllerId: string;
  options: UpdateOptions;
}

/** Downloads every file of a deployment. @returns what is wrong with one of them */
async function downloadAll(wire: Wire, tally: Tally, { chunks }: Json): Promise<string | undefined> {
  for (const { filename, size, hashes, _links } of chunks.flatMap(({ artifacts }: Json) => artifacts)) {
    const { href } = _links['download-http'] ?? _links.download;
    const found = await wire.download(href).catch((error) => {
      if (error instanceof DeviceError && error.status !== undefined && error.status < 500) return error;
      throw error;
    });
    if (found instanceof DeviceError) return `${filename} cannot be downloaded: ${found.message}`;
    tally.downloads.files++;
    tally.downloads.bytes += found.bytes;
    if (found.bytes !== size || (hashes.sha256 && found.sha256 !== hashes.sha256))
      return `${filename} is not what was announced`;
  }
  return undefined;
}
