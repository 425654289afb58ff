import { counted } from '../print.ts';
import { duration } from '../progress.ts';

/** What the devices have done so far. */
export interface Tally {
  devices: number;
  /** Devices whose first poll was answered. */
  present: number;
  polls: number;
  attributes: number;
  updates: { running: number; succeeded: number; failed: number; canceled: number };
  downloads: { files: number; bytes: number };
  /** How often each kind of trouble was met. */
  errors: Record<string, number>;
}

export const newTally = (devices: number): Tally => ({
  devices,
  present: 0,
  polls: 0,
  attributes: 0,
  updates: { running: 0, succeeded: 0, failed: 0, canceled: 0 },
  downloads: { files: 0, bytes: 0 },
  errors: {},
});

export function noteError({ errors }: Tally, what: string): void {
  errors[what] = (errors[what] ?? 0) + 1;
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0);
const shown = (count: number) => count.toLocaleString('en');

/** The line that is shown while the devices play. */
export function statusOf({ devices, present, polls, updates, errors }: Tally, seconds: number): string {
  const arrived = present < devices ? `${shown(present)}/${shown(devices)}` : shown(devices);
  const trouble = sum(errors);
  return [
    `${arrived} devices`,
    `${shown(seconds ? Math.round(polls / seconds) : 0)} polls/s`,
    `updates: ${shown(updates.running)} running, ${shown(updates.succeeded)} done, ${shown(updates.failed)} failed`,
    ...(trouble ? [`${counted(trouble, 'error')}`] : []),
    duration(seconds),
  ].join(', ');
}

/** The lines that are printed at the end. */
export function summaryOf(tally: Tally, tenant: string, seconds: number): string[] {
  const { devices, present, polls, attributes, updates, downloads, errors } = tally;
  const rate = seconds ? (polls / seconds).toFixed(1) : '0';
  const troubles = Object.entries(errors).map(([what, count]) => `${what} (${shown(count)} times)`);
  return [
    `${shown(present)} of ${counted(devices, 'device')} of tenant ${tenant} played for ${duration(seconds)}`,
    `${counted(polls, 'poll')} (${rate}/s), ${counted(attributes, 'report')} of attributes`,
    `updates: ${shown(updates.succeeded)} succeeded, ${shown(updates.failed)} failed, ${shown(updates.canceled)} canceled, ${shown(updates.running)} still running`,
    ...(downloads.files
      ? [`${counted(downloads.files, 'file')} downloaded, ${counted(downloads.bytes, 'byte')}`]
      : []),
    `errors: ${troubles.join(', ') || 'none'}`,
  ];
}
