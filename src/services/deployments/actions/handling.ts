import type { ForceType } from '../../../database/tables/actions.ts';
import { type MaintenanceWindow, nextOpening } from '../assignments/maintenance-window.ts';

/** What decides how a device is to handle an action. */
export interface Handled {
  forceType: ForceType;
  forcedAt: Date | null;
  maintenanceWindow: MaintenanceWindow | null;
}

/** How a device is to handle an action at some moment. */
export interface Handling {
  download: 'forced' | 'attempt';
  update: 'forced' | 'attempt' | 'skip';
  /** Null where there is no window. */
  window: 'available' | 'unavailable' | null;
  /** When the next window opens, unless one is open. */
  opensAt: Date | null;
  /** The next moment, in milliseconds, at which time alone changes this; Infinity where it never does. */
  until: number;
}

const NEVER = Number.POSITIVE_INFINITY;

export function handlingOf({ forceType, forcedAt, maintenanceWindow }: Handled, now: Date): Handling {
  const time = now.getTime();
  const forcedFrom = { soft: NEVER, timeforced: forcedAt?.getTime() ?? 0, forced: 0, downloadonly: 0 }[
    forceType
  ];
  const pressure = time >= forcedFrom ? 'forced' : 'attempt';
  const opening = maintenanceWindow && nextOpening(maintenanceWindow, now);
  const isOpen = opening ? opening.from <= now : maintenanceWindow === null;
  const turning = opening ? (isOpen ? opening.to : opening.from).getTime() : NEVER;
  return {
    download: pressure,
    update: forceType === 'downloadonly' || !isOpen ? 'skip' : pressure,
    window: maintenanceWindow && (isOpen ? 'available' : 'unavailable'),
    opensAt: isOpen ? null : (opening?.from ?? null),
    until: Math.min(turning, time < forcedFrom ? forcedFrom : NEVER),
  };
}
